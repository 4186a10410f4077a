/** What to sample: the options of a call, checked and made complete before anything is computed. */
import {
  checkInteger,
  compileSampler,
  DEFAULT_SAMPLER,
  labelNumbers,
  type PictureOptions,
  refuse,
  type SamplerTable,
} from '@onnoise/scheduler';
import type { Artefact } from './artefact.ts';

export interface PictureRequest {
  seeds: number[];
  /** One an image, for a conditional model. */
  labels: number[] | undefined;
  table: SamplerTable;
}

const ACTION = 'sample images';
const LARGEST_COUNT = 4096;

/** @throws InputError for every option that is not what `PictureOptions` says, or does not fit this model. */
export function completeRequest({ scheduler, classes, classNames }: Artefact, options: PictureOptions): PictureRequest {
  const seeds = seedsOf(options);
  const { steps = Math.min(50, scheduler.num_train_timesteps), sampler = DEFAULT_SAMPLER } = options;
  return {
    seeds,
    labels: labelsOf(options.labels, classes, classNames, seeds.length),
    table: compileSampler(scheduler, { ...options, sampler, steps }),
  };
}

function seedsOf({ count, seed, seeds }: PictureOptions): number[] {
  if (seeds === undefined) {
    const images = checkInteger(ACTION, 'count', count ?? 1, 1, LARGEST_COUNT);
    const first = checkInteger(ACTION, 'seed', seed ?? 0, 0, Number.MAX_SAFE_INTEGER - images + 1);
    return Array.from({ length: images }, (_, i) => first + i);
  }
  if (seed !== undefined) refuse(ACTION, 'seed', 'left out where seeds are given', seed);
  if (seeds.length === 0) refuse(ACTION, 'seeds', 'at least one seed', seeds);
  if (seeds.length !== (count ?? seeds.length)) refuse(ACTION, 'count', `the number of seeds, ${seeds.length}`, count);
  for (const value of seeds) checkInteger(ACTION, 'a seed', value, 0, Number.MAX_SAFE_INTEGER);
  return [...seeds];
}

function labelsOf(
  labels: PictureOptions['labels'],
  classes: number,
  names: readonly string[] | undefined,
  count: number,
): number[] | undefined {
  if (classes === 0) {
    if (labels !== undefined) refuse(ACTION, 'labels', 'left out for a model without classes', labels);
    return undefined;
  }
  const all = Array.from({ length: classes }, (_, label) => label);
  const turn = labels === undefined ? all : labelNumbers(ACTION, labels, classes, names);
  if (turn.length === 0) refuse(ACTION, 'labels', 'at least one class', turn);
  if (labels !== undefined && labels.length > count) {
    refuse(ACTION, 'labels', `at most one an image, ${count}`, `${labels.length} of them`);
  }
  return Array.from({ length: count }, (_, i) => turn[i % turn.length]!);
}
