/**
 * Chooses the device: WebGPU if there is a hardware adapter, else WebAssembly, with threads if the page is
 * cross-origin isolated. Every choice comes with its reason, a sentence.
 */
import { check, InputError, oneOf } from '@onnoise/scheduler/rules';
import type { Device, DeviceReport } from './device-report.ts';
import { sharesMemory } from './shares-memory.ts';

export type DeviceChoice = DeviceReport & ({ device: 'wasm' } | { device: 'webgpu'; adapter: GPUAdapter });

const DEVICES = ['auto', 'webgpu', 'wasm'] as const;

/** More threads than this gain nothing on networks of this size. */
const MOST_THREADS = 8;

/** Adapters that compute on the processor, slower than WebAssembly does. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp\b/i;

/** @throws InputError for a device that this browser lacks, or an unknown name. */
export async function chooseDevice(wanted: Device | 'auto'): Promise<DeviceChoice> {
  check('load the model', 'device', oneOf(DEVICES), wanted);
  if (wanted === 'wasm') return chooseWasm('WebAssembly was chosen.');
  const found = await findAdapter();
  if ('missing' in found) {
    if (wanted === 'auto') return chooseWasm(found.missing);
    throw new InputError(`Cannot load the model: device must be available, received "webgpu". ${found.missing}`);
  }
  const { adapter, name, software } = found;
  if (wanted === 'auto' && software) return chooseWasm(`The only WebGPU adapter is software (${name}).`);
  const reason = wanted === 'auto' ? `The browser has a WebGPU adapter (${name}).` : `WebGPU was chosen (${name}).`;
  return { device: 'webgpu', adapter, threads: 1, reason };
}

/** @param why a sentence that says why not WebGPU */
export function chooseWasm(why: string): DeviceChoice {
  const { threads, reason } = wasmThreads();
  return { device: 'wasm', threads, reason: `${why} ${reason}` };
}

/** `webgpu`: null where it can be used, else why not. */
export async function inspectDevices(): Promise<{
  webgpu: string | null;
  wasm: { threads: number; reason: string };
}> {
  const found = await findAdapter();
  return { webgpu: 'missing' in found ? found.missing : null, wasm: wasmThreads() };
}

type Found = { adapter: GPUAdapter; name: string; software: boolean } | { missing: string };

async function findAdapter(): Promise<Found> {
  const { gpu } = globalThis.navigator ?? {};
  if (!gpu) {
    const insecure = globalThis.isSecureContext === false;
    return {
      missing: insecure ? 'WebGPU needs https or localhost, and this page has neither.' : 'The browser has no WebGPU.',
    };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return { missing: 'The browser has WebGPU, but found no adapter for it.' };
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = [...new Set([vendor, architecture, description])].filter(Boolean).join(' ') || 'unnamed';
  return { adapter, name, software: isFallbackAdapter || SOFTWARE.test(name) };
}

function wasmThreads(): { threads: number; reason: string } {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  if (!globalThis.crossOriginIsolated) {
    return { threads: 1, reason: 'WebAssembly has one thread because the page is not cross-origin isolated.' };
  }
  if (!sharesMemory())
    return { threads: 1, reason: 'WebAssembly has one thread because the browser shares no memory.' };
  // hardwareConcurrency counts a core with hyper-threads twice, and a phone's slow cores like fast ones
  const threads = cores <= 4 ? cores : Math.min(MOST_THREADS, Math.max(4, Math.ceil(cores / 2)));
  const reason =
    threads === 1
      ? 'WebAssembly has one thread because the processor has one.'
      : `WebAssembly has ${threads} threads because the page is cross-origin isolated.`;
  return { threads, reason };
}
