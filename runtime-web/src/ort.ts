/**
 * Loads onnxruntime-web, megabytes, with the first model. The build without WebGPU is used where WebGPU is not.
 *
 * Its WebAssembly is downloaded here, to count the bytes and to allow a retry after a failed download (onnxruntime-web
 * itself tries once per page load). The bundler emits the file, so its address is not hard-coded.
 */
import { refuse } from '@onnoise/scheduler';
import type { DeviceReport } from './device.ts';
import { type DownloadOptions, download } from './download.ts';

export type Ort = typeof import('onnxruntime-web');

const runtimes = {
  wasm: { url: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url), open: (): Promise<Ort> => import('onnxruntime-web/wasm') },
  webgpu: { url: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url), open: (): Promise<Ort> => import('onnxruntime-web/webgpu') },
  /** WebGPU in browsers whose WebAssembly can await a promise (JSPI): a third less to download. */
  jspi: { url: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm', import.meta.url), open: (): Promise<Ort> => import('onnxruntime-web/jspi') },
};

const ready = new Map<string, Ort>();

/**
 * The number of threads is that of the first call for this device.
 * @throws InputError without WebAssembly, or if its file cannot be downloaded.
 */
export async function loadOrt(
  { device, threads }: DeviceReport,
  options: Omit<DownloadOptions, 'action'>,
): Promise<Ort> {
  if (!('WebAssembly' in globalThis)) refuse('load the runtime', 'the browser', 'one with WebAssembly', 'none');
  const build = device === 'webgpu' && 'Suspending' in WebAssembly ? 'jspi' : device;
  const known = ready.get(build);
  if (known) return known;
  const { url, open } = runtimes[build];
  const [binary, ort] = await Promise.all([
    download(url().href, { action: 'load the runtime', ...options }),
    open(),
  ]);
  const { wasm } = ort.env;
  wasm.wasmBinary = binary;
  wasm.numThreads = threads;
  ort.env.logLevel = 'fatal'; // errors are thrown
  ready.set(build, ort);
  return ort;
}
