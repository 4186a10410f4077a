import { afterEach, describe, expect, it, vi } from 'vitest';
import { gpuStatus } from '#training/engines/gpu-status.ts';
import { chooseEngine, type EngineKind } from '#training/engines/index.ts';
import { type NativeStatus, probeNative } from '#training/engines/native/probe.ts';

vi.mock('#training/engines/native/probe.ts', () => ({ probeNative: vi.fn() }));
vi.mock('#training/engines/gpu-status.ts', () => ({ gpuStatus: vi.fn() }));
afterEach(() => vi.resetAllMocks());

const missing: NativeStatus = { available: false, reason: 'it is not set up', enable: 'npm run setup:x' };
const blind: NativeStatus = { available: true, gpu: false, tensorflow: '2.18.1', noGpu: 'libcudnn.so.9 is missing' };
const seeing: NativeStatus = { available: true, gpu: true, tensorflow: '2.18.1', noGpu: '' };
const machine = (status: NativeStatus) => vi.mocked(probeNative).mockResolvedValue(status);

describe('chooseEngine', () => {
  it.each([
    ['is not set up', missing, 'onnxruntime', /not tfjs-node-gpu, since it is not set up$/],
    ['sees no GPU', blind, 'onnxruntime', /not tfjs-node-gpu, since libcudnn\.so\.9 is missing$/],
    ['sees a GPU', seeing, 'tfjs-node-gpu', /^tfjs-node-gpu, which sees a GPU$/],
  ])('takes the right engine by itself where tfjs-node-gpu %s, and says why', async (_, status, kind, reason) => {
    machine(status);
    expect(await chooseEngine('auto')).toEqual({ kind, reason: expect.stringMatching(reason) });
  });

  it.each([
    [
      { device: 'webgpu', available: true, reason: 'GPU found (Metal)' } as const,
      { kind: 'onnxruntime-webgpu', reason: 'onnxruntime-webgpu (GPU found (Metal)), as asked' },
    ],
    [
      { device: 'webgpu', available: false, reason: 'no adapter', enable: 'a driver' } as const,
      'Cannot start training: the engine onnxruntime-webgpu must find a GPU, but there is none: no adapter. To enable it: a driver. Or leave --engine out to train on the CPU.',
    ],
  ])('takes onnxruntime-webgpu only where it is asked for and there: %j', async (status, outcome) => {
    vi.mocked(gpuStatus).mockResolvedValue(status);
    if (typeof outcome === 'string') await expect(chooseEngine('onnxruntime-webgpu')).rejects.toThrow(outcome);
    else expect(await chooseEngine('onnxruntime-webgpu')).toEqual(outcome);
  });

  it('refuses an engine that is not set up, with the command that sets it up', async () => {
    machine(missing);
    await expect(chooseEngine('tfjs-node')).rejects.toThrow(
      /engine tfjs-node must be set up, but it is not set up\. Set it up with "npm run setup:x"/,
    );
  });

  it('refuses tfjs-node-gpu that would compute on the CPU, with the reason, unless that is allowed', async () => {
    machine(blind);
    await expect(chooseEngine('tfjs-node-gpu')).rejects.toThrow(
      /tfjs-node-gpu must see a GPU, but libcudnn\.so\.9 is missing\. With --allow-cpu/,
    );
    expect(await chooseEngine('tfjs-node-gpu', true)).toEqual({
      kind: 'tfjs-node-gpu',
      reason: 'tfjs-node-gpu (TensorFlow 2.18.1) on the CPU, since libcudnn.so.9 is missing',
    });
  });

  it('refuses an engine that it does not know, and lists those it does', async () => {
    await expect(chooseEngine('torch' as EngineKind)).rejects.toThrow(
      /engine must be one of auto, onnxruntime, onnxruntime-webgpu, onnxruntime-cuda, tfjs-cpu, tfjs-node, tfjs-node-gpu, received "torch"/,
    );
  });
});
