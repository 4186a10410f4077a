/**
 * Loads onnxruntime-web, megabytes, with the first model. The build without WebGPU is used where WebGPU is not.
 *
 * Its WebAssembly is downloaded here, to count the bytes and to allow a retry after a failed download (onnxruntime-web
 * itself tries once per page load). Bundlers find the files by `new URL(<a package's file>, import.meta.url)`, put them
 * somewhere and write where. Where there is no bundler, that is the address of a file beside this one.
 */
import { refuse } from '@onnoise/scheduler/rules';
import { fileIn } from './address.ts';
import { aroundCalls, oneAtATime, orLeave } from './calls.ts';
import type { DeviceReport } from './device-report.ts';
import { type DownloadOptions, download } from './download.ts';

export type Ort = typeof import('onnxruntime-web');

interface Runtime {
  path: string;
  /** Of the WebAssembly, not compressed: hosts that compress do not say. */
  bytes: number;
  /** Asked for late: scripts that are not modules have no `import.meta.url`. */
  url: () => URL;
  open: () => Promise<Ort>;
}

export const RUNTIMES: Record<'wasm' | 'webgpu' | 'jspi', Runtime> = {
  wasm: {
    path: 'onnxruntime-web/ort-wasm-simd-threaded.wasm',
    bytes: 14_239_897,
    url: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
    open: () => import('onnxruntime-web/wasm'),
  },
  webgpu: {
    path: 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm',
    bytes: 26_781_914,
    url: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
    open: () => import('onnxruntime-web/webgpu'),
  },
  /** WebGPU in browsers whose WebAssembly can await a promise (JSPI): a third less to download. */
  jspi: {
    path: 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm',
    bytes: 16_758_545,
    url: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm', import.meta.url),
    open: () => import('onnxruntime-web/jspi'),
  },
};

const ready = new Map<string, Ort>();

/** The runtime that is loaded, whichever it is: all of them have WebAssembly. */
export const ortAtHand = (): Ort | undefined => ready.values().next().value;

export interface OrtOptions extends Omit<DownloadOptions, 'action'> {
  /** Folder of the WebAssembly, laid out as `onnoise-web-files` does. */
  files?: string | URL | undefined;
}

/** A download that calls share: one that leaves does not end it. */
interface Download {
  ort: Promise<Ort>;
  progress: Parameters<Tell> | undefined;
  tell: Set<Tell>;
}

type Tell = NonNullable<DownloadOptions['onProgress']>;

const underWay = new Map<string, Download>();

/**
 * The number of threads is that of the first call for this device.
 * @throws InputError without WebAssembly, or if its file cannot be downloaded; the signal's reason
 */
export async function loadOrt(
  { device, threads }: DeviceReport,
  { files, onProgress, signal }: OrtOptions,
): Promise<Ort> {
  if (!('WebAssembly' in globalThis)) refuse('load the runtime', 'the browser', 'one with WebAssembly', 'none');
  const build = device === 'webgpu' && 'Suspending' in WebAssembly ? 'jspi' : device;
  const known = ready.get(build);
  if (known) return known;
  const shared = underWay.get(build) ?? start(build, threads, files);
  if (onProgress) shared.tell.add(onProgress);
  if (shared.progress) onProgress?.(...shared.progress);
  try {
    return await orLeave(shared.ort, signal);
  } finally {
    if (onProgress) shared.tell.delete(onProgress);
  }
}

function start(build: keyof typeof RUNTIMES, threads: number, files: OrtOptions['files']): Download {
  const shared: Download = { ort: openRuntime(build, threads, files, tellAll), progress: undefined, tell: new Set() };
  underWay.set(build, shared);
  const over = () => void underWay.delete(build);
  shared.ort.then((ort) => ready.set(build, ort)).then(over, over);
  return shared;

  function tellAll(...progress: Parameters<Tell>) {
    shared.progress = progress;
    for (const tell of shared.tell) tell(...progress);
  }
}

async function openRuntime(
  build: keyof typeof RUNTIMES,
  threads: number,
  files: OrtOptions['files'],
  onProgress: Tell,
): Promise<Ort> {
  const { path, url, open, bytes } = RUNTIMES[build];
  const address = (files === undefined ? url() : fileIn(files, path)).href;
  const [binary, whole] = await Promise.all([
    download(address, {
      action: 'load the runtime',
      onProgress: (loaded, total) => onProgress(loaded, total ?? bytes),
    }),
    open(),
  ]);
  // On WebGPU it takes no call while another one is under way, of whatever session.
  const ort = build === 'wasm' ? whole : aroundCalls(whole, oneAtATime());
  const { wasm } = ort.env;
  wasm.wasmBinary = binary;
  wasm.numThreads = threads;
  ort.env.logLevel = 'fatal'; // errors are thrown
  return ort;
}
