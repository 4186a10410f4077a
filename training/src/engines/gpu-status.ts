/** Whether onnxruntime computes on a GPU here: tried in a process of its own, as drivers may end it. */
import type { DeviceStatus } from '@onnoise/runtime-node';

export type GpuKind = 'onnxruntime-webgpu' | 'onnxruntime-cuda';

const DEVICES = { 'onnxruntime-webgpu': 'webgpu', 'onnxruntime-cuda': 'cuda' } as const;

const known = new Map<GpuKind, Promise<DeviceStatus>>();

/** Tries once per process: what is missing now will not appear while it runs. */
export function gpuStatus(kind: GpuKind): Promise<DeviceStatus> {
  const status =
    known.get(kind) ?? import('@onnoise/runtime-node').then(({ inspectDevice }) => inspectDevice(DEVICES[kind]));
  known.set(kind, status);
  return status;
}
