/** Several engines on a machine with several NVIDIA GPUs: each has one of its own. */
import { readdirSync } from 'node:fs';

/** The GPUs that the driver shows. */
function installed(): string[] {
  try {
    return readdirSync('/proc/driver/nvidia/gpus').map((_, i) => String(i));
  } catch {
    return []; // no driver, or not Linux
  }
}

/**
 * What to add to the environment of an engine, so that it sees its own GPU alone.
 * @param place which of the engines it is, from 0
 * @param visible the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them. Default: all
 */
export function gpuFor(
  place: number,
  visible = process.env.CUDA_VISIBLE_DEVICES?.split(',') ?? installed(),
): NodeJS.ProcessEnv {
  return visible.length > 1 ? { CUDA_VISIBLE_DEVICES: visible[place % visible.length]! } : {};
}
