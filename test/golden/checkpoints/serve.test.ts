/** An imported model on the server: its pictures are the library's. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { loadModel } from '#runtime-node/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

/** Made by scripts/golden/checkpoints.py. */
const PLAIN = fileURLToPath(new URL('../data/checkpoints/folders/plain', import.meta.url));

let model: string;
const server = useServer(async (folder) => {
  model = join(folder, 'plain');
  await importCheckpoint({ from: PLAIN, out: model });
  return { models: { plain: model }, device: 'cpu' };
});

describe('a server with an imported model', () => {
  it('gives the pictures that the library gives', async () => {
    const asked = { seed: 41, steps: 6, sampler: 'ddim' } as const;
    const { status, json } = await ask(server(), IMAGES, { body: { ...asked, n: 1 } });
    expect(status).toBe(200);
    const { data } = await sharp(Buffer.from(json.data[0].b64_json, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const library = await loadModel(model, { device: 'cpu' });
    const { images } = await library.sample({ ...asked, count: 1 });
    await library.dispose();
    // [C, H, W] to [H, W, C].
    const bytes = toBytes(images);
    const expected = Array.from({ length: bytes.length }, (_, i) => bytes[(i % 3) * 64 + Math.floor(i / 3)]!);
    expect(Array.from(data)).toEqual(expected);
  });
});
