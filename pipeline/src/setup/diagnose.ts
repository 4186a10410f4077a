/**
 * What this machine can do: Node, cores, memory, every training engine and every sampling device, tried one by one.
 */
import { cpus, freemem, totalmem } from 'node:os';
import { installedVersion, installLine, isAtLeast } from '@onnoise/base/install';
import type { DeviceStatus } from '@onnoise/runtime-node';
import { usableCores } from '@onnoise/runtime-node/cores';
import { chooseEngine, type GpuKind, gpuStatus, type NativeKind, probeNative } from '@onnoise/training/engines';

interface EngineStatus {
  engine: string;
  available: boolean;
  /** What was found, or what is missing: one phrase. */
  reason: string;
  /** The command that would make it available. */
  enable?: string;
}

export interface Diagnosis {
  node: { version: string; platform: string; arch: string; supported: boolean };
  cores: { count: number; model: string };
  /** Bytes; `total` is the container's limit where there is one. */
  memory: { total: number; free: number };
  engines: EngineStatus[];
  devices: DeviceStatus[];
}

/** The oldest Node that everything was made for; the `engines` of package.json. */
const OLDEST_NODE = '20.19.0';

/** Tries everything. Never throws for what is not there. */
export async function diagnose(): Promise<Diagnosis> {
  const { engine: onnxruntime, devices } = await inspectOnnxruntime();
  return {
    node: {
      version: process.versions.node,
      platform: process.platform,
      arch: process.arch,
      supported: isAtLeast(process.versions.node, OLDEST_NODE),
    },
    cores: { count: usableCores(), model: cpus()[0]?.model.trim() ?? 'unknown' },
    memory: { total: totalMemory(), free: Math.min(freemem(), totalMemory()) },
    engines: [
      { engine: 'auto', available: true, reason: (await chooseEngine('auto')).reason },
      onnxruntime,
      await gpuEngine('onnxruntime-webgpu'),
      await gpuEngine('onnxruntime-cuda'),
      await nativeStatus('tfjs-node'),
      await nativeStatus('tfjs-node-gpu'),
      packageStatus('tfjs-cpu', '@tensorflow/tfjs', 'plain JavaScript, for tiny networks and for checks'),
    ],
    devices,
  };
}

/** Its native part is loaded by importing it, which fails where there is none for the system: that is said too. */
async function inspectOnnxruntime(): Promise<{ engine: EngineStatus; devices: DeviceStatus[] }> {
  const engine = packageStatus('onnxruntime', 'onnxruntime-node', 'on the CPU');
  try {
    const { DEVICES, inspectDevice } = await import('@onnoise/runtime-node');
    const devices: DeviceStatus[] = [];
    for (const device of DEVICES) devices.push(await inspectDevice(device));
    return { engine, devices };
  } catch (error) {
    const reason = `onnxruntime-node does not load (${(error as Error).message.split('\n')[0]})`;
    const devices = (['cpu', 'cuda', 'webgpu'] as const).map((device) => ({ device, available: false, reason }));
    return { engine: { ...engine, available: false, reason }, devices };
  }
}

function totalMemory(): number {
  // 0, undefined or a number beyond all memory: there is no limit.
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

function packageStatus(engine: string, name: string, what: string): EngineStatus {
  const version = installedVersion(name);
  if (version === undefined) {
    return { engine, available: false, reason: `${name} is not installed`, enable: installLine([name]) };
  }
  return { engine, available: true, reason: `${name} ${version}; ${what}` };
}

/** Engines whose device is tried as that of sampling is. */
async function gpuEngine(engine: GpuKind): Promise<EngineStatus> {
  try {
    const { available, reason, enable } = await gpuStatus(engine);
    return { engine, available, reason, ...(enable !== undefined && { enable }) };
  } catch (error) {
    const reason = `onnxruntime-node does not load (${(error as Error).message.split('\n')[0]})`;
    return { engine, available: false, reason };
  }
}

/** tfjs-node and tfjs-node-gpu: set up by a command of their own, and tried in a process of their own. */
async function nativeStatus(engine: NativeKind): Promise<EngineStatus> {
  const status = await probeNative(engine);
  if (!status.available) return { engine, available: false, reason: status.reason, enable: status.enable };
  const { gpu, tensorflow, noGpu } = status;
  if (engine === 'tfjs-node') return { engine, available: true, reason: `TensorFlow ${tensorflow}, on the CPU` };
  if (gpu) return { engine, available: true, reason: `TensorFlow ${tensorflow}, on the GPU` };
  const reason = `TensorFlow ${tensorflow} is set up, but ${noGpu}`;
  return { engine, available: false, reason, enable: '--allow-cpu, to compute on the CPU' };
}
