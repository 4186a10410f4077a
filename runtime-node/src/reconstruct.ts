/**
 * Pictures as a model would have drawn them: each is taken part of the way to noise and sampled from there, without a
 * condition. What the model has not learnt does not come back, and so the difference shows it.
 *
 * - `noise` adds noise and samples: AnoDDPM (Wyatt et al. 2022, "AnoDDPM: anomaly detection with denoising diffusion
 *   probabilistic models using simplex noise"), here with Gaussian noise;
 * - `inversion` follows DDIM backwards to the noise that gives the picture, and forwards again (Song et al. 2021, section 4.3).
 *   It draws nothing.
 */
import {
  compileRoundTrip,
  compileSampler,
  type Denoiser,
  type InverseTable,
  invertImages,
  type SamplerName,
  type SamplerTable,
  type SchedulerConfig,
  sampleImages,
} from '@onnoise/scheduler';
import { type Artefact, conditionRows, extraInputs, type NetworkShape, usualBatch } from '@onnoise/scheduler/model';
import { check, InputError, oneOf } from '@onnoise/scheduler/rules';

export const RECONSTRUCTIONS = ['noise', 'inversion'] as const;
export type Reconstruction = (typeof RECONSTRUCTIONS)[number];

export interface ReconstructionPlan {
  method: Reconstruction;
  /** How far towards noise, above 0 to 1: of n steps the last floor(n strength), at least 1. */
  strength: number;
  /** Of the whole way, 1 to num_train_timesteps. */
  steps: number;
  /** Of `noise`; `inversion` takes DDIM. */
  sampler: SamplerName;
}

export interface ReconstructOptions extends ReconstructionPlan {
  /** In [-1, 1]. [N, C, H, W] */
  images: Float32Array;
  /** Of the noise, one per image: image i depends only on seeds[i]. `inversion` draws nothing from them. */
  seeds: readonly number[];
  /** Called after each network call. */
  onCall?: (() => void) | undefined;
  /** Checked between network calls; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface ReconstructionTables {
  down: SamplerTable;
  up?: InverseTable;
  /** Network calls for a batch. */
  calls: number;
}

const ACTION = 'reconstruct images';

/** @throws InputError for options out of range, and where the schedule has no way back. */
export function compileReconstruction(
  config: SchedulerConfig,
  { method, strength, steps, sampler }: ReconstructionPlan,
): ReconstructionTables {
  check(ACTION, 'method', oneOf(RECONSTRUCTIONS), method);
  if (method === 'noise') {
    const down = compileSampler(config, { sampler, steps, strength });
    return { down, calls: down.rows.length };
  }
  const { up, down } = compileRoundTrip(config, { steps, strength });
  return { down, up, calls: up.rows.length + down.rows.length };
}

/** @throws InputError for a conditional model that was not trained without a condition, too, and for one that draws masks. */
export function requireNull({
  classes,
  conditions = [],
  conditionImage,
  nullCondition,
  maskOutput,
}: NetworkShape & Pick<Artefact, 'maskOutput'>): void {
  if (maskOutput) {
    throw new InputError(
      `Cannot ${ACTION}: the model must draw pictures alone, received one that draws a mask with each.`,
    );
  }
  if (nullCondition || (classes === 0 && conditions.length === 0 && !conditionImage)) return;
  const what = conditionImage && (conditionImage.mask ? 'a mask' : 'a picture to go by');
  throw new InputError(
    `Cannot ${ACTION}: the model must know pictures without ${what ?? 'a condition'}, received one that was trained without --label-dropout.`,
  );
}

/**
 * The images as the network draws them, float32 [N, C, H, W].
 * @param create returns the network for a batch of images with these rows (see `conditionRows`)
 */
export async function reconstructInBatches(
  { images, seeds, onCall, signal, ...plan }: ReconstructOptions,
  network: NetworkShape & Pick<Artefact, 'autoencoder' | 'maskOutput'> & { scheduler: SchedulerConfig },
  create: (rows: readonly Float32Array[]) => Denoiser,
): Promise<Float32Array> {
  requireNull(network);
  const { down, up } = compileReconstruction(network.scheduler, plan);
  const { shape } = network;
  const size = shape[0] * shape[1] * shape[2];
  if (seeds.length * size !== images.length) {
    throw new InputError(`Cannot ${ACTION}: images must be ${size} values a seed, received ${images.length}.`);
  }
  const made = new Float32Array(images.length);
  const batch = usualBatch(shape);
  for (let first = 0; first < seeds.length; first += batch) {
    const some = seeds.slice(first, first + batch);
    const from = images.slice(first * size, (first + some.length) * size);
    const denoise = create(conditionRows(extraInputs(network), {}, some.length));
    const unbounded = network.autoencoder !== undefined;
    const run = { shape, denoise, unbounded, signal, onStep: onCall };
    const latents = up && (await noiseOf(from, up, down, { ...run, shape: [some.length, ...shape] }));
    made.set(await sampleImages({ ...run, table: down, seeds: some, from, latents }), first * size);
  }
  return made;
}

/** The unit noise with which `down` starts where DDIM backwards has led. */
async function noiseOf(
  images: Float32Array,
  table: InverseTable,
  { start, signal: kept }: SamplerTable,
  run: {
    shape: readonly number[];
    denoise: Denoiser;
    onStep?: (() => void) | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<Float32Array> {
  const x = await invertImages({ ...run, table, images });
  for (let i = 0; i < x.length; i++) x[i] = (x[i]! - kept * images[i]!) / start;
  return x;
}
