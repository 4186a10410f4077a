/** Chooses a run's engine, says why, and tries it before any long work. */
import { InputError, oneOf, refuse } from '@onnoise/scheduler/rules';
import { ENGINE_KINDS, type EngineKind } from '../settings/engine-kinds.ts';
import { type GpuKind, gpuStatus } from './gpu-status.ts';
import type { NativeKind } from './native/install.ts';
import { probeNative } from './native/probe.ts';

export interface EngineChoice {
  kind: Exclude<EngineKind, 'auto'>;
  /** The engine, and why it was chosen: one phrase. */
  reason: string;
}

/**
 * @param allowCpu whether tfjs-node-gpu may compute on the CPU if it finds no GPU.
 * @throws InputError when the requested engine is missing, or needs a GPU and finds none.
 */
export async function chooseEngine(kind: EngineKind, allowCpu = false): Promise<EngineChoice> {
  switch (kind) {
    case 'auto':
      return chooseFastest();
    case 'onnxruntime':
    case 'tfjs-cpu':
      return { kind, reason: `${kind}, as asked` };
    case 'onnxruntime-webgpu':
    case 'onnxruntime-cuda':
      return requireGpu(kind);
    case 'tfjs-node':
    case 'tfjs-node-gpu':
      return requireNative(kind, allowCpu);
    default:
      return refuse('start training', 'engine', oneOf(ENGINE_KINDS).words, kind);
  }
}

async function chooseFastest(): Promise<EngineChoice> {
  const gpu = await probeNative('tfjs-node-gpu');
  if (gpu.available && gpu.gpu) return { kind: 'tfjs-node-gpu', reason: 'tfjs-node-gpu, which sees a GPU' };
  const why = gpu.available ? gpu.noGpu : gpu.reason;
  // docs/benchmarks.md
  const reason = `onnxruntime, the fastest without a GPU; not tfjs-node-gpu, since ${why}`;
  return { kind: 'onnxruntime', reason };
}

async function requireGpu(kind: GpuKind): Promise<EngineChoice> {
  const { available, reason, enable } = await gpuStatus(kind);
  if (available) return { kind, reason: `${kind} (${reason}), as asked` };
  const how = enable === undefined ? '' : ` To enable it: ${enable}.`;
  throw new InputError(
    `Cannot start training: the engine ${kind} must find a GPU, but there is none: ${reason}.${how} Or leave --engine out to train on the CPU.`,
  );
}

async function requireNative(kind: NativeKind, allowCpu: boolean): Promise<EngineChoice> {
  const refuse = (text: string): never => {
    throw new InputError(`Cannot start training: the engine ${kind} must ${text}.`);
  };
  const status = await probeNative(kind);
  if (!status.available) {
    return refuse(
      `be set up, but ${status.reason}. Set it up with "${status.enable}", or leave --engine out to train on onnxruntime`,
    );
  }
  if (kind === 'tfjs-node') return { kind, reason: `${kind} (TensorFlow ${status.tensorflow}), as asked` };
  if (status.gpu) return { kind, reason: `${kind} (TensorFlow ${status.tensorflow}) on a GPU, as asked` };
  if (!allowCpu) {
    return refuse(`see a GPU, but ${status.noGpu}. With --allow-cpu it runs on the CPU, where onnxruntime is faster`);
  }
  return { kind, reason: `${kind} (TensorFlow ${status.tensorflow}) on the CPU, since ${status.noGpu}` };
}
