/**
 * What to sample: the options of a call, checked and made complete before anything is computed.
 */
import {
  checkInteger,
  compileSampler,
  DEFAULT_SAMPLER,
  InputError,
  labelNumbers,
  type PictureOptions,
  refuse,
  type SamplerTable,
} from '@onnoise/scheduler';
import type { Artefact } from './artefact.ts';

export interface SampleOptions extends PictureOptions {
  /** Images per network call. Default: 64 at 28 pixels, fewer for larger images. The pictures do not depend on it. */
  batch?: number | undefined;
}

export interface SampleRequest {
  seeds: number[];
  /** One an image, for a conditional model. */
  labels: number[] | undefined;
  table: SamplerTable;
  batch: number;
}

const ACTION = 'sample images';
const LARGEST_COUNT = 1_000_000;
const LARGEST_BATCH = 1024;

/** @throws InputError for every option that is not what {@link SampleOptions} says, or does not fit this model. */
export function completeRequest(
  { scheduler, unet, classNames }: Pick<Artefact, 'scheduler' | 'unet' | 'classNames'>,
  options: SampleOptions,
): SampleRequest {
  const seeds = completeSeeds(options);
  const [, height, width] = unet.image;
  const usual = Math.max(1, Math.min(64, Math.floor(65536 / (height * width))));
  const { steps = Math.min(50, scheduler.num_train_timesteps), sampler = DEFAULT_SAMPLER, batch = usual } = options;
  return {
    seeds,
    labels: completeLabels(unet.classes, classNames, options.labels, seeds.length),
    table: compileSampler(scheduler, { ...options, sampler, steps }),
    batch: checkInteger(ACTION, 'batch', batch, 1, LARGEST_BATCH),
  };
}

function completeSeeds({ count, seed, seeds }: SampleOptions): number[] {
  if (count !== undefined) checkInteger(ACTION, 'count', count, 1, LARGEST_COUNT);
  if (seeds === undefined) {
    const images = count ?? 1;
    const first = checkInteger(ACTION, 'seed', seed ?? 0, 0, Number.MAX_SAFE_INTEGER - images + 1);
    return Array.from({ length: images }, (_, i) => first + i);
  }
  if (seed !== undefined) {
    throw new InputError('Cannot sample images: seed and seeds exclude each other, received both.');
  }
  if (seeds.length === 0) refuse(ACTION, 'seeds', 'at least one seed', seeds);
  if (count !== undefined && count !== seeds.length) {
    refuse(ACTION, 'seeds', `as many as count, ${count}`, `${seeds.length} of them`);
  }
  for (const value of seeds) checkInteger(ACTION, 'a seed', value, 0, Number.MAX_SAFE_INTEGER);
  return [...seeds];
}

function completeLabels(
  classes: number,
  names: readonly string[] | undefined,
  labels: SampleOptions['labels'],
  count: number,
): number[] | undefined {
  if (classes === 0) {
    if (labels === undefined) return undefined;
    throw new InputError('Cannot sample images: labels must be left out, this model is not conditional on a class.');
  }
  const all = Array.from({ length: classes }, (_, label) => label);
  const cycle = labels === undefined ? all : labelNumbers(ACTION, labels, classes, names);
  if (cycle.length === 0) refuse(ACTION, 'labels', 'at least one class', cycle);
  if (labels !== undefined && labels.length > count) {
    throw new InputError(
      `Cannot sample images: labels must be at most as many as images, received ${labels.length} for ${count}.`,
    );
  }
  return Array.from({ length: count }, (_, i) => cycle[i % cycle.length]!);
}
