/** Checks and completes the options of a sampling call, before anything is computed. */
import { InputError, refuse } from '../rules/errors.ts';
import { check, checkInteger, integer, worded } from '../rules/rule.ts';
import type { Guidance } from '../sampling/guidance.ts';
import { DEFAULT_SAMPLER } from '../sampling/samplers.ts';
import { compileSampler, type SamplerTable } from '../sampling/table.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import type { ConditioningFacts } from './conditioning.ts';
import { completeConditions } from './conditions.ts';
import { guidanceInterval, guidanceScale } from './guidance-options.ts';
import { type ClassFacts, labelNumber } from './labels.ts';
import type { PictureOptions } from './options.ts';
import type { ImageShape } from './pixels.ts';

export interface PictureRequest {
  seeds: number[];
  /** One per image, for a conditional model. */
  labels: number[] | undefined;
  /** The encoded conditions of each image, [2K], for a model that has K > 0. */
  conditions: Float32Array[] | undefined;
  /** undefined: none, one call of the network on each image. */
  guidance: Guidance | undefined;
  table: SamplerTable;
}

/** The most pictures that a runtime takes at once. */
export interface CountLimit {
  largest: number;
  /** The reason, for the end of the rule: `, as many as ...`. */
  why: string;
}

const ACTION = 'sample images';
const ANY_COUNT: CountLimit = { largest: 1_000_000, why: '' };

/** Default steps where the schedule is long enough. Chosen by measurement: docs/samplers.md. */
export const USUAL_STEPS = 20;

/** Default steps: 20, or T - 1 if that is less, since the default sampler needs a timestep more than steps. */
export const usualSteps = ({ num_train_timesteps: T }: Pick<SchedulerConfig, 'num_train_timesteps'>): number =>
  Math.max(1, Math.min(USUAL_STEPS, T - 1));

/** Default pictures per network call: 64 at 28 pixels, fewer for larger ones. */
export const usualBatch = ([, height, width]: ImageShape): number =>
  Math.max(1, Math.min(64, Math.floor(65536 / (height * width))));

/** @throws InputError for an option that breaks `PictureOptions` or does not fit this model. */
export function completeRequest(
  model: ConditioningFacts & { scheduler: SchedulerConfig },
  options: PictureOptions,
  limit: CountLimit = ANY_COUNT,
): PictureRequest {
  const { scheduler } = model;
  const seeds = seedsOf(options, limit);
  const { steps = usualSteps(scheduler), sampler = DEFAULT_SAMPLER } = options;
  const { classes, nullCondition = false, conditions: specs = [] } = model;
  const count = seeds.length;
  const conditions = completeConditions(ACTION, specs, options.conditions ?? {}, { count, optional: nullCondition });
  const scale = guidanceScale(ACTION, model, options.guidance);
  const interval = guidanceInterval(ACTION, model, options.guidanceInterval);
  // Without any condition both halves are the same.
  const conditional = classes > 0 || conditions?.some((values) => values.some((value) => value !== 0));
  return {
    seeds,
    labels: labelsOf(model, options.labels, count),
    conditions,
    guidance: scale !== 1 && conditional ? { scale, interval } : undefined,
    table: compileSampler(scheduler, { ...options, sampler, steps }),
  };
}

function seedsOf({ count, seed, seeds }: PictureOptions, limit: CountLimit): number[] {
  if (count !== undefined) checkCount('count', count, limit);
  if (seeds === undefined) {
    const images = count ?? 1;
    const first = checkInteger(ACTION, 'seed', seed ?? 0, 0, Number.MAX_SAFE_INTEGER - images + 1);
    return Array.from({ length: images }, (_, i) => first + i);
  }
  if (seed !== undefined) refuse(ACTION, 'seed', 'left out where seeds are given', seed);
  if (seeds.length === 0) refuse(ACTION, 'seeds', 'at least one seed', seeds);
  if (count !== undefined && count !== seeds.length) {
    throw new InputError(
      `Cannot ${ACTION}: seeds must be as many as count, ${count}, received ${seeds.length} of them.`,
    );
  }
  checkCount('the number of seeds', seeds.length, limit);
  for (const value of seeds) checkInteger(ACTION, 'a seed', value, 0, Number.MAX_SAFE_INTEGER);
  return [...seeds];
}

function checkCount(name: string, count: number, { largest, why }: CountLimit): void {
  const rule = integer(1, largest);
  check(ACTION, name, worded(`${rule.words}${why}`, rule), count);
}

function labelsOf(model: ClassFacts, labels: PictureOptions['labels'], count: number): number[] | undefined {
  const { classes } = model;
  if (classes === 0) {
    if (labels === undefined) return undefined;
    return refuse(ACTION, 'labels', 'left out, this model is not conditional on a class', labels);
  }
  const turn =
    labels === undefined
      ? Array.from({ length: classes }, (_, label) => label)
      : labels.map((label) => labelNumber(ACTION, 'a label', label, model));
  if (turn.length === 0) refuse(ACTION, 'labels', 'at least one class', turn);
  if (labels !== undefined && labels.length > count) {
    throw new InputError(
      `Cannot ${ACTION}: labels must be at most as many as images, received ${labels.length} for ${count}.`,
    );
  }
  return Array.from({ length: count }, (_, i) => turn[i % turn.length]!);
}
