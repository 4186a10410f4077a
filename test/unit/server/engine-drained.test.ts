/** An engine that is told to end still delivers its results, however busy its parent is. */
import { expect, it } from 'vitest';
import { startEngine } from '#runtime-node/engine/process.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';

it('a drained engine delivers large pictures to a parent that reads late', { tags: 'long' }, async () => {
  const models = { large: await tinyArtefact({ T: 1000, shape: [3, 256, 256] }) };
  const engine = await startEngine({ models, device: 'cpu', maxBatch: 16 }, () => {});
  const seeds = Array.from({ length: 16 }, (_, seed) => seed);
  const task = {
    model: 'large',
    client: 'a',
    seeds,
    labels: undefined,
    conditions: undefined,
    guidance: undefined,
    steps: 1,
    sampler: 'ddim',
    eta: 0,
    partials: 0,
  };
  const pictures: Float32Array[] = [];
  const onImage = ({ index, image }: { index: number; image: Float32Array }) => {
    pictures[index] = image;
  };
  const sampled = engine.sample(task as Parameters<typeof engine.sample>[0], { onImage });
  const drained = engine.drain();
  // The engine gets its task at the end of this turn. Then this process reads nothing for longer than it computes.
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const end = Date.now() + 1500; Date.now() < end; );
  await sampled;
  expect(pictures.map(({ length }) => length)).toEqual(seeds.map(() => 3 * 256 * 256));
  await drained;
  expect(await engine.ended).toBe('exit code 0');
});
