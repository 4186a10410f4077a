/** A model of flow matching gives the same pictures in a tab, on onnxruntime's WebAssembly, as in Node. */
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel as loadInNode } from '@onnoise/runtime-node';
import { loadModel } from '@onnoise/runtime-web';
import { LINE_SAMPLERS } from '@onnoise/scheduler';
import { it, vi } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { unetConfig } from '#test/models/unet.ts';

vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: () => import('onnxruntime-web') }));

const PATHS = ['README.md', 'scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];

it('loadModel on WebAssembly samples flow matching', { timeout: 60_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'onnoise-web-flow-'));
  try {
    await exportWave(root, unetConfig({ attention_head_dim: 4 }), { prediction_type: 'flow_prediction', shift: 2 });
    const blobs = await Promise.all(PATHS.map(async (path) => [path, await openAsBlob(join(root, path))] as const));
    const web = await loadModel(Object.fromEntries(blobs), { device: 'wasm' });
    const node = await loadInNode(root, { device: 'cpu' });
    for (const sampler of LINE_SAMPLERS) {
      const from = new Float32Array(16).fill(0.25);
      for (const more of [{}, { from, strength: 0.6 }]) {
        const request = { seeds: [3, 4], steps: 5, sampler, ...more };
        const { images } = await node.sample(request);
        expectClose((await web.sample(request)).images, images, { absolute: 1e-4, what: sampler });
      }
    }
    await Promise.all([web.dispose(), node.dispose()]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
