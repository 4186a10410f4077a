/** A model that draws latents, in a tab and in Node. */
import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { loadModel as loadInNode } from '@onnoise/runtime-node';
import { loadModel, type SampleRequest } from '@onnoise/runtime-web';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { expect, it, onTestFinished, vi } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: () => import('onnxruntime-web') }));

const root = temporaryFolder();
const { index, scheduler, unet, network, vae, encoder, decoder } = MODEL_FILES;
const PATHS = [index, scheduler, unet, network, vae, encoder, decoder];

const filesOf = async (folder: string, without?: string) => {
  const paths = PATHS.filter((path) => path !== without);
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await openAsBlob(join(folder, path))] as const)),
  );
};

const from = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i / 3));
const mask = from.map((_, i) => Number(i < 64));

it('draws the pictures of runtime-node, also from a picture, and keeps what a mask keeps', async () => {
  const folder = await latentModel(root);
  const web = await loadModel(await filesOf(folder), { device: 'wasm' });
  const node = await loadInNode(folder, { device: 'cpu' });
  onTestFinished(async () => {
    await Promise.all([web.dispose(), node.dispose()]);
  });
  expect(web.shape).toEqual([2, 8, 8]);
  expect(web.autoencoder).toEqual(node.autoencoder);
  expect(web.autoencoder).toMatchObject({ shape: [1, 16, 16], scaling: 0.5, shift: 0.25, stride: 2 });
  const requests: SampleRequest[] = [
    { seed: 7, count: 2, steps: 3 },
    { seed: 8, steps: 4, sampler: 'ddpm', from, strength: 0.5 },
    { seed: 9, count: 2, steps: 4, sampler: 'ddpm', from, mask },
  ];
  for (const request of requests) {
    const [made, expected] = [await web.sample(request), await node.sample(request)];
    expect([made.shape, made.seeds]).toEqual([[1, 16, 16], expected.seeds]);
    expectClose(made.images, expected.images, { absolute: 1e-4, what: `seed ${request.seed}` });
    if (request.mask) expect(made.images.subarray(64, 256)).toEqual(from.subarray(64));
  }

  const seen: { step: number; x: Float32Array }[] = [];
  const { images } = await web.sample({ seed: 7, steps: 20, onStep: ({ step, x }) => void seen.push({ step, x }) });
  expect(seen.map(({ step }) => step)).toEqual([3, 6, 9, 12, 15, 18, 20]);
  expectClose(seen.at(-1)!.x, images, { absolute: 1e-6 });
});

it.each([vae, decoder])('says that %s is missing', async (path) => {
  const folder = await latentModel(root);
  await expect(loadModel(await filesOf(folder, path), { device: 'wasm' })).rejects.toThrow(
    `Cannot load the model: it must be a model folder, but its ${path} is missing.`,
  );
});

it('needs the encoder for a picture to start from alone', async () => {
  const folder = await latentModel(root);
  const web = await loadModel(await filesOf(folder, encoder), { device: 'wasm' });
  onTestFinished(() => web.dispose());
  await web.sample({ steps: 2 });
  await expect(web.sample({ steps: 2, from, strength: 0.5 })).rejects.toThrow(`its ${encoder} is missing`);
});
