import { gaussian, philoxStream } from '@onnoise/scheduler';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { drawNoise } from '#pipeline/export/fuse/normal.ts';
import { drawPhilox } from '#pipeline/export/fuse/philox.ts';
import { Sketch } from '#pipeline/export/fuse/sketch.ts';
import { longs, runSketch } from '#test/models/fused.ts';
import { encodeModel } from '#tracer/index.ts';

const SEEDS = [0, 1, 7, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];

describe('drawPhilox', () => {
  it("makes the words of the scheduler's streams, at the ends of their counters too", async () => {
    const indices = [0, 1, 2, 99, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 3];
    const { even, odd } = await runSketch(
      (s) => {
        const words = drawPhilox(s, s.input('seed', 'int64', ['N']), s.input('index', 'int64', ['B']));
        for (const name of ['even', 'odd'] as const) s.output(name, words[name], 'int64', [2, 'N', 'B']);
      },
      { seed: longs(SEEDS), index: longs(indices) },
    );
    const [a, b] = [even!, odd!].map(({ data }) => Array.from(data as BigInt64Array, Number)) as [number[], number[]];
    const pairs = SEEDS.length * indices.length;
    for (const [n, seed] of SEEDS.entries()) {
      const source = philoxStream(seed);
      for (const [i, index] of indices.entries()) {
        const words = new Uint32Array(4);
        source(index, words);
        const at = n * indices.length + i;
        expect([a[at], b[at], a[pairs + at], b[pairs + at]], `seed ${seed}, block ${index}`).toEqual([...words]);
      }
    }
  });
});

/** Draws noise of pictures of this shape, for seeds and a draw. */
async function noiseGraph(shape: readonly number[]) {
  const s = new Sketch('test');
  const [seed, draw] = [s.input('seed', 'int64', ['N']), s.input('draw', 'int64', [])];
  s.output('z', drawNoise(s, { seed, draw, shape }), 'float32', ['N', ...shape]);
  const session = await InferenceSession.create(encodeModel(s.graph));
  onTestFinished(() => session.release());
  return async (seeds: readonly number[], draw: number) =>
    (await session.run({ seed: longs(seeds), draw: longs([draw], []) })).z!;
}

describe('drawNoise', () => {
  it.each([
    [3, 4, 4],
    [1, 3, 3],
    [3, 5, 5],
    [1, 1, 1],
    [1, 320, 320],
  ])(
    'makes the bits of gaussian for pictures of %i x %i x %i, whatever the draw',
    { tags: 'long' },
    async (...shape) => {
      const size = shape.reduce((product, side) => product * side, 1);
      const noise = await noiseGraph(shape);
      for (const draw of [0, 1, 2, 3, 1000]) {
        const z = await noise(SEEDS, draw);
        expect(z.dims).toEqual([SEEDS.length, ...shape]);
        const expected = new Float32Array(SEEDS.length * size);
        for (const [n, seed] of SEEDS.entries())
          gaussian(seed, draw * size, expected.subarray(n * size, (n + 1) * size));
        const values = z.data as Float32Array;
        expect(values.findIndex((value, i) => !Object.is(value, expected[i]))).toBe(-1);
      }
    },
  );
});
