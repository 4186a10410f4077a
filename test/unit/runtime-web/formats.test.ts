/** Smaller networks on onnxruntime's WebAssembly give what they give in Node. */
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel as loadInNode } from '@onnoise/runtime-node';
import { loadModel } from '@onnoise/runtime-web';
import { expect, it, vi } from 'vitest';
import { exportSmallerCopy } from '#pipeline/export/formats/existing.ts';
import { SMALL_FLOW, SMALL_UNET, smallModel } from '#test/models/small-network.ts';

vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: () => import('onnxruntime-web') }));

const PATHS = ['README.md', 'scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];

it.each([
  ['a chain of betas', {}],
  ['flow matching', SMALL_FLOW],
])(
  'loadModel on WebAssembly samples float16, int8 weights and int8 of %s',
  {
    tags: 'long',
    timeout: 120_000,
  },
  async (_, scheduler) => {
    const root = await mkdtemp(join(tmpdir(), 'onnoise-web-formats-'));
    try {
      const model = await smallModel(root, SMALL_UNET, scheduler);
      for (const [format, most] of [
        ['float16', 1e-4],
        ['int8-weights', 1e-4],
        ['int8', 0.05],
      ] as const) {
        const out = join(root, format);
        await exportSmallerCopy({ model, out, format, drift: 0.3 });
        const blobs = await Promise.all(PATHS.map(async (path) => [path, await openAsBlob(join(out, path))] as const));
        const web = await loadModel(Object.fromEntries(blobs), { device: 'wasm' });
        const node = await loadInNode(out, { device: 'cpu' });
        const request = { seeds: [3, 4], steps: 4, labels: [0, 1] };
        const [made, expected] = [(await web.sample(request)).images, (await node.sample(request)).images];
        const squares = made.reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0);
        // 8-bit kernels may round a value between two levels either way.
        expect(Math.sqrt(squares / made.length)).toBeLessThan(most);
        await Promise.all([web.dispose(), node.dispose()]);
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
);
