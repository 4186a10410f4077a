/**
 * Loads a model folder and samples it in a browser tab, on onnxruntime-web.
 *
 *     const model = await loadModel('models/digits', { device: 'auto' });
 *     const { images } = await model.sample({ count: 4, steps: 20 });
 *
 * It computes on the calling thread. `createSamplingWorker` does the same in a worker, which keeps a page responsive.
 * Limits: the whole network is in memory; WebAssembly uses threads only on a cross-origin isolated page.
 */
import {
  type Artefact,
  bytesOf,
  checkNetwork,
  completeRequest,
  latentsOf,
  MODEL_FILES,
  missingFile,
  type PictureOptions,
  type PictureRequest,
  readArtefact,
  splitPairs,
} from '@onnoise/scheduler/model';
import { openCoder, someSteps } from '../network/coder.ts';
import type { Network, StepHooks } from '../network/network.ts';
import { openWasm } from '../network/wasm.ts';
import { type ModelFiles, openFolder, withSignal } from '../session/artefact.ts';
import { chooseDevice, chooseWasm, type DeviceChoice } from '../session/device.ts';
import type { Device } from '../session/device-report.ts';
import { loadOrt } from '../session/ort.ts';
import { sha256 } from '../session/sha256.ts';
import { openWebGpu } from '../webgpu/network.ts';
import type { LoadProgress, ModelInfo, Samples } from './protocol.ts';

/** All pictures of a call are in the memory of the tab at once. */
const ONE_BATCH = { largest: 4096, why: ', as many as a browser tab samples at once' };

export interface LoadOptions {
  /** Default: `auto`, WebGPU where there is a hardware adapter and it takes the network, else WebAssembly. */
  device?: Device | 'auto' | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  /**
   * Address of the folder that `onnoise-web-files` filled. Default: onnxruntime-web's files are where the bundler put them,
   * else beside the script.
   */
  files?: string | URL | undefined;
  /** Cancels the download; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface SampleOptions extends PictureOptions, StepHooks {}

export interface DiffusionModel extends ModelInfo {
  /**
   * New images, in one batch. The same seed, label, steps and sampler give the same picture as in Node. On WebGPU a call waits for those
   * of this model before it, so `onStep` must not wait for another, nor for `dispose`.
   * @throws InputError before anything is computed, for an option out of range or one that does not fit this model.
   */
  sample: (options?: SampleOptions) => Promise<Samples>;
  /** Frees the network, once the calls under way are over: their signals end them sooner. */
  dispose: () => Promise<void>;
}

/**
 * @param source the folder's URL, or its files.
 * @throws InputError for a missing or broken file, a network that cannot run, a device that this browser lacks.
 */
export function loadModel(source: string | URL | ModelFiles, options: LoadOptions = {}): Promise<DiffusionModel> {
  return openModel(source, options);
}

/**
 * @param held awaited once network and runtime are here, before onnxruntime starts
 */
export async function openModel(
  source: string | URL | ModelFiles,
  { device = 'auto', files, onProgress, signal }: LoadOptions,
  held?: () => Promise<void>,
): Promise<DiffusionModel> {
  const counter = (stage: LoadProgress['stage']) => (loaded: number, total: number | null) =>
    onProgress?.({ stage, loaded, total });
  let choice = await chooseDevice(device);
  const read = openFolder(source);
  const artefact = await readArtefact(withSignal(read, signal));
  // Beside the network: on a slow line the page would wait for one after the other. It is of use whatever the network is.
  loadOrt(choice, { files }).catch(() => {}); // what fails is tried again, and told, below
  const onnx = await read(MODEL_FILES.network, { onProgress: counter('model'), signal });
  if (onnx === undefined) throw missingFile(MODEL_FILES.network);
  await checkNetwork(artefact, bytesOf(onnx));
  const { autoencoder } = artefact;
  const decoder = autoencoder && (await read(MODEL_FILES.decoder, { signal }));
  if (autoencoder && decoder === undefined) throw missingFile(MODEL_FILES.decoder);
  const readEncoder = () => read(MODEL_FILES.encoder);
  const hash = await sha256(onnx);
  const open = async (wanted: DeviceChoice): Promise<Network> => {
    const ort = await loadOrt(wanted, { files, onProgress: counter('runtime'), signal });
    choice = wanted;
    await held?.();
    counter('session')(0, null);
    const network = await (choice.device === 'webgpu'
      ? openWebGpu(ort, onnx, artefact, choice.adapter)
      : openWasm(ort, onnx, artefact));
    delete ort.env.wasm.wasmBinary; // no longer needed, and megabytes large
    return network;
  };
  let network: Network;
  try {
    network = await open(choice);
  } catch (error) {
    if (device !== 'auto' || choice.device === 'wasm' || signal?.aborted) throw error;
    network = await open(chooseWasm(`WebGPU was tried first. ${(error as Error).message.split('\n')[0]}`)); // throws for a broken file
  }
  const coder =
    autoencoder &&
    decoder &&
    (await openCoder(
      await loadOrt(choice, { files }),
      network.providers,
      { ...artefact, autoencoder },
      decoder,
      readEncoder,
    ).catch(async (error) => {
      await network.dispose();
      throw error;
    }));
  /** Samplings under way. */
  const drawing = new Set<Promise<unknown>>();
  const dispose = async () => {
    await Promise.allSettled(drawing);
    await coder?.dispose();
    await network.dispose();
  };
  if (signal?.aborted) await dispose();
  signal?.throwIfAborted();

  async function draw({ onStep, wantsStep, signal, ...options }: SampleOptions): Promise<Samples> {
    const request = completeRequest(artefact, options, ONE_BATCH);
    const hooks = { onStep, wantsStep, signal };
    if (!coder) return samplesOf(request, artefact, await network.sample(request, hooks));
    const asked = { ...someSteps(hooks), decode: coder.decodeFrom(request) };
    const images = await network.sample(await coder.encodeStart(request), asked);
    return { ...samplesOf(request, artefact, images), shape: coder.facts.shape };
  }

  return {
    ...artefact,
    device: choice.device,
    threads: choice.threads,
    reason: network.note ? `${choice.reason} ${network.note}` : choice.reason,
    bytes: onnx.length + (coder?.bytes ?? 0),
    hash,
    sample: (options = {}) => {
      const drawn = draw(options);
      drawing.add(drawn);
      const over = () => drawing.delete(drawn);
      drawn.then(over, over);
      return drawn;
    },
    dispose,
  };
}

/** @param drawn [N, C, H, W] of the network's shape */
function samplesOf(
  request: PictureRequest,
  { shape, maskOutput }: Pick<Artefact, 'shape' | 'maskOutput'>,
  drawn: Float32Array<ArrayBuffer>,
): Samples {
  const { seeds, labels } = request;
  const others = { seeds, ...(labels && { labels }), ...latentsOf(request, shape) };
  if (!maskOutput) return { images: drawn, shape, ...others };
  const { images, shape: pictures, masks, confidence } = splitPairs(drawn, shape, maskOutput);
  return { images, shape: pictures, masks, maskConfidence: confidence, ...others };
}
