/** A model whose network gives NaN, beside one that works: each API reports it as the model's fault. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const lines: string[] = [];
const server = useServer(async (folder) => ({
  models: {
    broken: await tinyArtefact({ gain: Number.NaN }, { out: join(folder, 'broken') }),
    endless: await tinyArtefact({ gain: Number.POSITIVE_INFINITY }, { out: join(folder, 'endless') }),
    works: await tinyArtefact({}, { out: join(folder, 'works') }),
  },
  logger: { level: 'error', stream: { write: (line) => void lines.push(line) } },
}));
const SENTENCE =
  "Cannot sample images: the network's output must be finite numbers, received NaN at step 1 of 4 (timestep 80, seed 3).";
const broken = { model: 'broken', steps: 4, seed: 3 };

it('the server refuses pictures of it with 500 and the sentence of the library, and goes on', async () => {
  for (const headers of [{}, { accept: 'image/png' }]) {
    const { status, json } = await ask(server(), IMAGES, { body: { ...broken, n: 3 }, headers });
    expect(status).toBe(500);
    expect(json).toEqual({ error: { message: SENTENCE, type: 'server_error', param: null, code: 'model_failed' } });
  }
  expect(lines.some((line) => line.includes(SENTENCE))).toBe(true);
  expect((await ask(server(), IMAGES, { body: { model: 'works', steps: 1 } })).status).toBe(200);
});

it('the server tells it as the event of a stream', async () => {
  const { body } = await ask(server(), IMAGES, { body: { ...broken, stream: true, partial_images: 2 } });
  const error = { message: SENTENCE, type: 'server_error', param: null, code: 'model_failed' };
  expect(eventsOf(body)).toEqual([{ event: 'error', data: { type: 'error', error } }]);
});

it.each([
  ['broken', false],
  ['broken', true],
  ['endless', false],
])('the server refuses the bare output of %s, in bytes: %s', async (model, binary) => {
  const inputs = [
    { name: 'sample', datatype: 'FP32', shape: [1, 1, 4, 4], data: new Array(16).fill(1) },
    { name: 'timestep', datatype: 'FP32', shape: [1], data: [7] },
  ];
  const body = { inputs, parameters: { binary_data_output: binary } };
  const received = model === 'broken' ? 'NaN' : 'Infinity';
  expect(await ask(server(), `/v2/models/${model}/infer`, { body })).toMatchObject({
    status: 500,
    json: { error: `Cannot call the network: its output must be finite numbers, received ${received} (timestep 7).` },
  });
});
