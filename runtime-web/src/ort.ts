/**
 * onnxruntime-web, loaded when a model is: megabytes, and without WebGPU where it is not used.
 *
 * Its WebAssembly is downloaded here, which counts the bytes and leaves a failed download to be tried again
 * (onnxruntime-web itself tries once in the life of a page). The bundler emits the file: no address is written down.
 */
/// <reference path="./assets.d.ts" />
import webgpuUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { DeviceReport } from './device.ts';
import { type DownloadOptions, download } from './download.ts';

export type Ort = typeof import('onnxruntime-web');

const RUNTIMES = {
  wasm: { url: wasmUrl, open: (): Promise<Ort> => import('onnxruntime-web/wasm') },
  webgpu: { url: webgpuUrl, open: (): Promise<Ort> => import('onnxruntime-web/webgpu') },
};

const ready = new Map<string, Ort>();

/** The number of threads is that of the first call for this device. */
export async function loadOrt(
  { device, threads }: DeviceReport,
  options: Omit<DownloadOptions, 'action'>,
): Promise<Ort> {
  const known = ready.get(device);
  if (known) return known;
  const { url, open } = RUNTIMES[device];
  const [binary, ort] = await Promise.all([
    download(new URL(url, import.meta.url).href, { action: 'load the runtime', ...options }),
    open(),
  ]);
  const { wasm } = ort.env;
  wasm.wasmBinary = binary;
  wasm.numThreads = threads;
  ort.env.logLevel = 'fatal'; // what goes wrong is thrown
  ready.set(device, ort);
  return ort;
}
