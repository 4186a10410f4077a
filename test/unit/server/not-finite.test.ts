/** A model whose network gives NaN, beside one that works. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, IMAGES, useServer } from '../../support/server.ts';
import { tinyArtefact } from '../../support/tiny-onnx.ts';

const server = useServer(async (folder) => ({
  models: {
    broken: await tinyArtefact({ gain: Number.NaN }, { out: join(folder, 'broken') }),
    works: await tinyArtefact({}, { out: join(folder, 'works') }),
  },
}));

it('the server refuses pictures of it in the sentence of the library, and goes on', async () => {
  const { status, json } = await ask(server(), IMAGES, { body: { model: 'broken', steps: 4, seed: 3 } });
  expect(status).toBe(400);
  expect(json.error.message).toBe(
    "Cannot sample images: the network's output must be finite numbers, received NaN at step 1 of 4 (timestep 75, seed 3).",
  );
  expect((await ask(server(), IMAGES, { body: { model: 'works', steps: 1 } })).status).toBe(200);
});

it('the server refuses its bare output, which JSON could not hold', async () => {
  const inputs = [
    { name: 'sample', datatype: 'FP32', shape: [1, 1, 4, 4], data: new Array(16).fill(0) },
    { name: 'timestep', datatype: 'FP32', shape: [1], data: [7] },
  ];
  expect(await ask(server(), '/v2/models/broken/infer', { body: { inputs } })).toMatchObject({
    status: 400,
    json: { error: 'Cannot call the network: its output must be finite numbers, received NaN (timestep 7).' },
  });
});
