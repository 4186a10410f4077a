import { loadModel, type ModelFiles } from '@onnoise/runtime-web';
import { describe, expect, it } from 'vitest';
import { openOrtInNode } from '#test/browser/ort-in-node.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';

openOrtInNode();

const schedulerJson = { num_train_timesteps: 50, beta_schedule: 'squaredcos_cap_v2' };
const json = (value: unknown) => new Blob([JSON.stringify(value)]);

function files(replaced: ModelFiles = {}): ModelFiles {
  return {
    'scheduler/scheduler_config.json': json(schedulerJson),
    'unet/config.json': json({ in_channels: 1, sample_size: [2, 3], num_class_embeds: null }),
    'unet/model.onnx': Uint8Array.from(tinyOnnx({ shape: [1, 2, 3] })),
    ...replaced,
  };
}

describe('loadModel', () => {
  it('fetches the files that are given by their address, and does without those that sampling does not need', async () => {
    const address = (value: unknown) => new URL(`data:application/json,${encodeURIComponent(JSON.stringify(value))}`);
    const given = {
      'scheduler/scheduler_config.json': address(schedulerJson).href,
      'unet/config.json': address({ in_channels: 1, sample_size: [2, 3], num_class_embeds: null }),
      'model_index.json': 'http://127.0.0.1:9/model_index.json',
    };
    const model = await loadModel(files(given), { device: 'wasm' });
    expect([model.shape, model.classes, model.classNames]).toEqual([[1, 2, 3], 0, undefined]);
    await model.dispose();
    const missing = files({ 'unet/config.json': 'http://127.0.0.1:9/config.json' });
    await expect(loadModel(missing)).rejects.toThrow('http://127.0.0.1:9/config.json must answer');
  });

  it('falls back to WebAssembly and says why', async () => {
    const { device, threads, reason, dispose } = await loadModel(files());
    expect([device, threads]).toEqual(['wasm', 1]);
    expect(reason).toBe(
      'The browser has no WebGPU. WebAssembly has one thread because the page is not cross-origin isolated.',
    );
    await dispose();
  });

  it('finds the files of a folder picked from above, and files picked by themselves', async () => {
    const { 'unet/model.onnx': onnx, 'unet/config.json': unet, 'scheduler/scheduler_config.json': scheduler } = files();
    const above = { 'a/b/unet/model.onnx': onnx!, 'a/b/unet/config.json': unet!, 'a/b/config.json': json(0) };
    for (const picked of [
      { ...above, 'a/b/scheduler/scheduler_config.json': scheduler! },
      { 'model.onnx': onnx!, 'config.json': unet!, 'scheduler_config.json': scheduler! },
    ]) {
      const model = await loadModel(picked, { device: 'wasm' });
      expect(model.shape).toEqual([1, 2, 3]);
      await model.dispose();
    }
  });

  it('refuses a network that onnxruntime cannot run, and a device that is not there', async () => {
    const broken = files({ 'unet/model.onnx': new Uint8Array(20) });
    await expect(loadModel(broken, { device: 'wasm' })).rejects.toThrow('a network that runs on wasm');
    await expect(loadModel(files(), { device: 'webgpu' })).rejects.toThrow('The browser has no WebGPU');
  });
});
