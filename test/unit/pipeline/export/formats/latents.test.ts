import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportSmallerCopy } from '#pipeline/export/formats/existing.ts';
import { loadModel } from '#runtime-node/index.ts';
import { formatOf } from '#scheduler/model/index.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { decodeModel } from '#tracer/index.ts';

const root = temporaryFolder();

it('stores an autoencoder in fewer bits with its network, and draws nearly the same pictures', {
  timeout: 120_000,
}, async () => {
  const model = await latentModel(root);
  const copy = async (from: string, format: 'float16' | 'int8-weights') => {
    const out = join(root, `${format}-of-${from.split('/').at(-1)}`);
    await exportSmallerCopy({ model: from, out, format, drift: 0.3 });
    return out;
  };
  const halves = (folder: string) =>
    Promise.all(['encoder', 'decoder'].map((half) => readFile(join(folder, 'vae', `${half}.onnx`))));
  const before = await halves(model);
  const drawn = await draw(model);
  const half = await copy(model, 'float16');
  for (const [folder, format] of [
    [half, 'float16'],
    [await copy(model, 'int8-weights'), 'int8-weights'],
    [await copy(half, 'int8-weights'), 'int8-weights'],
  ] as const) {
    const files = await halves(folder);
    for (const file of files) expect(formatOf(decodeModel(file).metadata)).toBe(format);
    const sizes = files.map((file, i) => file.length / before[i]!.length);
    for (const size of sizes) expect(size).toBeLessThan(0.95);
    const pictures = await draw(folder);
    expect(difference(pictures, drawn)).toBeLessThan(0.02);
  }
});

async function draw(folder: string): Promise<Float32Array> {
  const opened = await loadModel(folder, { device: 'cpu' });
  const { images, shape } = await opened.sample({ count: 4, seed: 7, steps: 5 });
  await opened.dispose();
  expect(shape).toEqual([1, 16, 16]);
  return images;
}

const difference = (a: Float32Array, b: Float32Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
