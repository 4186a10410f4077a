/** Whether WebGPU computes in Node here: on a GPU, or on Mesa's software Vulkan. */
import { gpuStatus } from '#training/engines/gpu-status.ts';

const { available, reason } = await gpuStatus('onnxruntime-webgpu');

/** For skipBecause; undefined where it does. */
export const LACKS_WEBGPU = available
  ? undefined
  : `no WebGPU in Node (${reason}): apt-get install mesa-vulkan-drivers`;
