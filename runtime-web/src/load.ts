/**
 * A model folder as a thing that samples in a browser tab, on onnxruntime-web.
 *
 *     const model = await loadModel('models/digits', { device: 'auto' });
 *     const { images } = await model.sample({ count: 4, steps: 20 });
 *
 * Limits: the whole network is in memory; WebAssembly uses threads only on a cross-origin isolated page.
 */
import {
  checkInteger,
  compileSampler,
  type Denoiser,
  InputError,
  type PictureOptions,
  refuse,
  type SchedulerConfig,
  type StepProgress,
  sampleImages,
} from '@onnoise/scheduler';
import type { InferenceSession } from 'onnxruntime-web';
import { type Artefact, type ModelFiles, readArtefact } from './artefact.ts';

export type Device = 'webgpu' | 'wasm';

export interface LoadOptions {
  /** Default: `auto`, WebGPU where the browser has an adapter, else WebAssembly. */
  device?: Device | 'auto' | undefined;
  /** Told which device was chosen and why. */
  onDevice?: ((report: { device: Device; reason: string }) => void) | undefined;
}

export interface SampleOptions extends PictureOptions {
  onStep?: ((progress: StepProgress) => void) | undefined;
  /** Looked at between steps; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface Samples {
  /** [N, C, H, W], mostly within [-1, 1] (within it where the scheduler clips). */
  images: Float32Array;
  /** [C, H, W] */
  shape: Artefact['shape'];
  /** One an image. */
  seeds: number[];
  /** One an image, for a conditional model. */
  labels?: number[];
}

export interface DiffusionModel {
  device: Device;
  /** [C, H, W] of the images. */
  shape: Artefact['shape'];
  /** Classes of a conditional model, 0 for an unconditional one. */
  classes: number;
  scheduler: SchedulerConfig;
  /**
   * New images, in one batch. The same seed, label, steps and sampler give the same picture as in Node.
   * @throws InputError before anything is computed, for an option out of range or one that does not fit this model.
   */
  sample: (options?: SampleOptions) => Promise<Samples>;
  /** Frees the network. */
  dispose: () => Promise<void>;
}

const ACTION = 'sample images';

/**
 * @param source the folder's URL, or its files.
 * @throws InputError for a missing or broken file, a network that cannot be run, a device that is not there.
 */
export async function loadModel(
  source: string | URL | ModelFiles,
  { device = 'auto', onDevice }: LoadOptions = {},
): Promise<DiffusionModel> {
  const report = await chooseDevice(device);
  const artefact = await readArtefact(source);
  const { shape, classes, scheduler } = artefact;
  const { session, tensor } = await openSession(artefact.onnx, report.device);
  onDevice?.(report);

  const denoiser = (labels: number[] | undefined): Denoiser => {
    const given = labels && { class_labels: tensor('int64', BigInt64Array.from(labels, BigInt), [labels.length]) };
    return async (x, timesteps) => {
      const sample = tensor('float32', x, [timesteps.length, ...shape]);
      const timestep = tensor('float32', timesteps, [timesteps.length]);
      const { out_sample: output } = await session.run({ sample, timestep, ...given });
      return output!.data as Float32Array;
    };
  };

  return {
    device: report.device,
    shape,
    classes,
    scheduler,
    sample: async (options = {}) => {
      const seeds = seedsOf(options);
      const labels = labelsOf(options.labels, classes, seeds.length);
      const { steps = Math.min(50, scheduler.num_train_timesteps), sampler = 'ddim', eta, onStep, signal } = options;
      const table = compileSampler(scheduler, { sampler, steps, eta });
      const images = await sampleImages({ table, shape, seeds, denoise: denoiser(labels), onStep, signal });
      return { images, shape, seeds, ...(labels && { labels }) };
    },
    dispose: () => session.release(),
  };
}

async function chooseDevice(wanted: Device | 'auto'): Promise<{ device: Device; reason: string }> {
  if (!['auto', 'webgpu', 'wasm'].includes(wanted)) refuse('load the model', 'device', 'auto, webgpu or wasm', wanted);
  if (wanted === 'wasm') return { device: 'wasm', reason: 'asked for' };
  const { navigator } = globalThis as { navigator?: { gpu?: { requestAdapter(): Promise<unknown> } } };
  const adapter = await navigator?.gpu?.requestAdapter().catch(() => null);
  if (adapter) return { device: 'webgpu', reason: wanted === 'auto' ? 'the browser has an adapter' : 'asked for' };
  const reason = navigator?.gpu ? 'the browser has no WebGPU adapter' : 'the browser has no WebGPU';
  if (wanted === 'auto') return { device: 'wasm', reason };
  throw new InputError(`Cannot load the model: device must be one that is there, received "webgpu" but ${reason}.`);
}

/** onnxruntime-web is megabytes: loaded when a model is, and without WebGPU where it is not used. */
async function openSession(onnx: Uint8Array, device: Device) {
  const ort = await (device === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'));
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(onnx, { executionProviders: [{ name: device }] });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new InputError(
      `Cannot load the model: unet/model.onnx must be a network that runs on ${device}, received "${reason}".`,
    );
  }
  const tensor = (type: 'float32' | 'int64', data: Float32Array | BigInt64Array, dims: number[]) =>
    new ort.Tensor(type, data, dims);
  return { session, tensor };
}

function seedsOf({ count, seed, seeds }: SampleOptions): number[] {
  if (seeds === undefined) {
    const images = checkInteger(ACTION, 'count', count ?? 1, 1, 4096);
    const first = checkInteger(ACTION, 'seed', seed ?? 0, 0, Number.MAX_SAFE_INTEGER - images + 1);
    return Array.from({ length: images }, (_, i) => first + i);
  }
  if (seed !== undefined) refuse(ACTION, 'seed', 'left out where seeds are given', seed);
  if (seeds.length !== (count ?? seeds.length)) refuse(ACTION, 'count', `the number of seeds, ${seeds.length}`, count);
  return [...seeds];
}

function labelsOf(labels: readonly number[] | undefined, classes: number, count: number): number[] | undefined {
  if (classes === 0) {
    if (labels !== undefined) refuse(ACTION, 'labels', 'left out for a model without classes', labels);
    return undefined;
  }
  const turn = labels ?? Array.from({ length: classes }, (_, label) => label);
  if (turn.length === 0) refuse(ACTION, 'labels', 'at least one class', turn);
  for (const label of turn) checkInteger(ACTION, 'a label', label, 0, classes - 1);
  return Array.from({ length: count }, (_, i) => turn[i % turn.length]!);
}
