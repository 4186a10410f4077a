/** Checks and completes the options of a sampling call, before anything is computed. */
import type { ImageSeed } from '../noise/seeds.ts';
import { refuse } from '../rules/errors.ts';
import { checkDistilled, type SamplingFacts, usualSampling } from '../sampling/distilled.ts';
import type { Guidance } from '../sampling/guidance.ts';
import { checkPicture } from '../sampling/known.ts';
import { compileSampler, type SamplerTable } from '../sampling/table.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { type DecodedFacts, meanPlanes, toldInPictures } from './autoencoder.ts';
import { completeConditionImages, countOfConditionImages, requireOneConditionImage } from './condition-image.ts';
import type { ConditioningFacts } from './conditioning.ts';
import { completeConditions } from './conditions.ts';
import { guidanceInterval, guidanceScale } from './guidance-options.ts';
import { type CountLimit, seedsOf } from './image-seeds.ts';
import { checkLatents, countOfLatents } from './latents.ts';
import { pictureShapeOf } from './mask-output.ts';
import type { PictureOptions } from './options.ts';
import { labelsOfPictures } from './picture-labels.ts';
import type { ImageShape } from './pixels.ts';

export interface PictureRequest {
  /** One per image. */
  seeds: ImageSeed[];
  /** One per image, for a conditional model. */
  labels: number[] | undefined;
  /** The encoded conditions of each image, [2K], for a model that has K > 0. */
  conditions: Float32Array[] | undefined;
  /** What each image's network is told as a picture, [K, H, W], for a model that takes one; undefined: nothing. */
  conditionImages?: Float32Array[] | undefined;
  /** undefined: none, one call of the network on each image. */
  guidance: Guidance | undefined;
  table: SamplerTable;
  /** Share of the steps that are made, 0 to 1: 1 without a picture. */
  strength: number;
  /** The noise to start from, [N, C, H, W]; undefined: that of the seeds. */
  latents?: Float32Array | undefined;
  /** Whether to return the noise: see `latentsOf`. */
  returnLatents?: boolean | undefined;
  /** What sampling starts from, [C, H, W] or [N, C, H, W] in [-1, 1]; undefined: noise alone. */
  from?: Float32Array | undefined;
  /** [H, W] in 0..1: 1 is painted anew, 0 keeps the pixels of `from`; undefined: all is painted. */
  mask?: Float32Array | undefined;
}

const ACTION = 'sample images';
const ANY_COUNT: CountLimit = { largest: 1_000_000, why: '' };
/** The part of a picture to paint anew where no mask says which pixels. */
export const USUAL_STRENGTH = 0.6;

/** Default pictures per network call: 64 at 28 pixels, fewer for larger ones. */
export const usualBatch = ([, height, width]: ImageShape): number =>
  Math.max(1, Math.min(64, Math.floor(65536 / (height * width))));

/**
 * @param compile makes the table, or takes it from where tables are kept; it sees options that are checked
 * @throws InputError for an option that breaks `PictureOptions` or does not fit this model.
 */
export function completeRequest(
  model: ConditioningFacts & SamplingFacts & { scheduler: SchedulerConfig; shape: ImageShape },
  options: PictureOptions,
  limit: CountLimit = ANY_COUNT,
  compile: typeof compileSampler = compileSampler,
): PictureRequest {
  const { scheduler, shape } = model;
  const asked = toldInPictures(model);
  const told = countOfConditionImages(ACTION, asked, options.conditionImages);
  const wanted = options.count ?? (options.seeds ? undefined : (countOfLatents(options, shape) ?? told));
  const seeds = seedsOf({ ...options, count: wanted }, limit);
  const usual = usualSampling(model);
  const { steps = usual.steps, sampler = usual.sampler, latents, returnLatents, from, mask } = options;
  const { classes, nullCondition = false, conditions: specs = [] } = model;
  const turn = { count: seeds.length, optional: nullCondition };
  const count = seeds.length;
  checkLatents(options, shape, count);
  checkPicture(options, pictureShapeOf({ shape, autoencoder: model.autoencoder }), count);
  checkSharedNoise(model, options, told);
  const conditions = completeConditions(ACTION, specs, options.conditions ?? {}, turn);
  const given = completeConditionImages(ACTION, asked, options.conditionImages, turn);
  const conditionImages = model.autoencoder ? given?.map((planes) => inLatents(planes, model.autoencoder!)) : given;
  const scale = guidanceScale(ACTION, model, options.guidance);
  checkDistilled(ACTION, model, { sampler, steps, guidance: scale, spacing: options.spacing });
  const interval = guidanceInterval(ACTION, model, options.guidanceInterval);
  const strength = strengthOf(options);
  const labels = labelsOfPictures(model, options, count);
  // Without any condition both halves are the same.
  const isTold = conditionImages !== undefined || conditions?.some((values) => values.some((value) => value !== 0));
  const conditional = classes > 0 || isTold;
  return {
    seeds,
    labels,
    conditions,
    ...(conditionImages && { conditionImages }),
    guidance: scale !== 1 && conditional ? { scale, interval } : undefined,
    table: compile(scheduler, { ...options, sampler, steps, strength }),
    strength,
    latents,
    returnLatents,
    from,
    mask,
  };
}

const inLatents = (planes: Float32Array, { stride, shape: [, height, width] }: DecodedFacts): Float32Array =>
  meanPlanes(planes, { width, height }, stride);

/** @throws InputError for several values of a condition where pictures share the noise of a seed: they would jump from one to another. */
function checkSharedNoise(
  { conditionImage }: ConditioningFacts,
  { interpolate, variations, conditions = {} }: PictureOptions,
  told: number | undefined,
): void {
  if (interpolate === undefined && variations === undefined) return;
  const place = interpolate === undefined ? 'where a seed is varied' : 'from one seed to another';
  for (const [name, given] of Object.entries(conditions)) {
    if ([given].flat().length > 1) refuse(ACTION, `condition ${name}`, `one number ${place}`, given);
  }
  requireOneConditionImage(ACTION, conditionImage, told, place);
}

/** @throws InputError for what has no meaning without a picture, or without a mask. */
function strengthOf({ from, mask, strength, resamples = 1 }: StartOptions): number {
  if (from === undefined && strength !== undefined) {
    refuse(ACTION, 'strength', 'left out without a picture to start from', strength);
  }
  if (mask === undefined && resamples !== 1) refuse(ACTION, 'resamples', 'left out or 1 without a mask', resamples);
  return strength ?? (from === undefined || mask !== undefined ? 1 : USUAL_STRENGTH);
}

/** What a strength depends on: whether there is a picture, and a mask. */
type StartOptions = Pick<PictureOptions, 'strength' | 'resamples'> & { from?: unknown; mask?: unknown };
