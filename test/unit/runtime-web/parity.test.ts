import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { loadModel as loadInNode } from '@onnoise/runtime-node';
import { loadModel, type SampleRequest } from '@onnoise/runtime-web';
import { SAMPLER_NAMES, type SamplerTable } from '@onnoise/scheduler';
import { completeRequest } from '@onnoise/scheduler/model';
import { expect, it, onTestFinished, vi } from 'vitest';
import { expectClose } from '#test/compare.ts';

vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: () => import('onnxruntime-web') }));

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits');
const PATHS = ['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];

const GRAY = new Float32Array(28 * 28).fill(-0.25);

/** Rows may enlarge the rounding of the network's output by as much. */
function largestCoefficient({ rows }: SamplerTable): number {
  const numbers = rows.flatMap(({ timestep: _, y, ...row }) => [...Object.values(row), ...Object.values(y ?? {})]);
  return Math.max(...numbers.map(Math.abs));
}

async function load() {
  const blobs = await Promise.all(PATHS.map(async (path) => [path, await openAsBlob(join(DIGITS, path))] as const));
  const web = await loadModel(Object.fromEntries(blobs), { device: 'wasm' });
  const node = await loadInNode(DIGITS, { device: 'cpu' });
  onTestFinished(async () => {
    await Promise.all([web.dispose(), node.dispose()]);
  });
  return { web, node };
}

it('loadModel on WebAssembly makes the pictures of runtime-node, seed by seed', { tags: 'long' }, async () => {
  const { web, node } = await load();
  expect(web).toMatchObject({ shape: node.shape, classes: node.classes, scheduler: node.scheduler });
  expect(web.classNames).toEqual(Array.from('0123456789'));
  const requests: SampleRequest[] = [
    { seeds: [7, 2 ** 33 + 1], steps: 3, labels: [3, 8] },
    { seed: 11, steps: 4, sampler: 'ddpm' },
    { seed: 12, count: 2, steps: 3, sampler: 'ddim', eta: 1 },
    { seed: 13, steps: 3, sampler: 'ddpm', from: GRAY, strength: 0.7 },
    { seed: 14, steps: 3, sampler: 'ddpm', from: GRAY, mask: GRAY.map((_, i) => Number(i < 392)), resamples: 2 },
    { seed: 15, steps: 3, sampler: 'ddpm', latents: GRAY.map((_, i) => Math.sin(i)), returnLatents: true },
    { interpolate: [15, 16], count: 3, steps: 2, labels: [3, 8] },
  ];
  for (const request of requests) {
    const [made, expected] = [await web.sample(request), await node.sample(request)];
    expect([made.seeds, made.labels, made.latents]).toEqual([expected.seeds, expected.labels, expected.latents]);
    expectClose(made.images, expected.images, { absolute: 1e-5, what: `seed ${request.seed}` });
  }
});

it('loadModel on WebAssembly makes the pictures of runtime-node with each sampler', { tags: 'long' }, async () => {
  const { web, node } = await load();
  for (const sampler of SAMPLER_NAMES) {
    const request = { seed: 11, steps: 4, sampler };
    const [made, expected] = [await web.sample(request), await node.sample(request)];
    const absolute = 2e-5 + 1e-6 * largestCoefficient(completeRequest(node, request).table);
    expectClose(made.images, expected.images, { absolute, what: sampler });
  }
});
