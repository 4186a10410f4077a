/**
 * What a training step is told of its images: their classes, and the numbers that the network is conditional on. With
 * label dropout some images lose all of it at once, so that one network learns with and without a condition, as
 * classifier-free guidance needs: the null class takes the place of the class, and every condition is absent.
 *
 * The choice is a pure function of (seed, step), on a stream of its own, so a continued run repeats it to the last bit.
 *
 * Source: Ho & Salimans, "Classifier-Free Diffusion Guidance" (arXiv 2207.12598), algorithm 1.
 */
import { type ConditionSpec, encodeConditions } from '../model/conditions.ts';
import { uniform } from '../noise/random.ts';

const DROPOUT_STREAM = 0x7e00_0010;

/** Of a batch. */
export interface BatchConditions {
  /** The class of every image [B], if they have classes. */
  labels?: Int32Array;
  /** The numbers of every image [B, K], if they have some. */
  conditions?: Float64Array;
  /** What the network is told of every image as a picture [B, K, H, W], if it is: see `ConditionImage`. */
  conditionImage?: Float32Array;
  /** Which images lose all of this, [B]; by default they are drawn. */
  dropped?: readonly boolean[];
}

/** The part of a network that decides what it is told. */
export interface Conditional {
  /** Without the null class; null without classes. */
  classCount: number | null;
  conditions: readonly ConditionSpec[];
}

/** Inputs of a step by name. */
export type StepInputs = Record<string, Float32Array | Int32Array>;

/** @param step counts from 0 @returns the inputs of that step for a batch with these conditions. */
export type ConditionInputs = (batch: BatchConditions, step: number) => StepInputs;

/** @param labelDropout share of the images that lose their condition, 0 to below 1. */
export function conditionInputs(
  { classCount, conditions: specs }: Conditional,
  { seed, batch, labelDropout }: { seed: number; batch: number; labelDropout: number },
): ConditionInputs {
  return ({ labels, conditions, conditionImage, ...given }, step) => {
    const { dropped = labelDropout > 0 ? drawDropped(seed, step, batch, labelDropout) : [] } = given;
    return {
      ...(classCount !== null && labels && { labels: labels.map((label, i) => (dropped[i] ? classCount : label)) }),
      ...(conditions && specs.length > 0 && { conditions: encodeBatch(specs, conditions, dropped) }),
      ...(conditionImage && { conditionImage: withoutDropped(conditionImage, dropped) }),
    };
  };
}

/** The planes of images that lose them become 0. */
function withoutDropped(planes: Float32Array, dropped: readonly boolean[]): Float32Array {
  if (!dropped.some(Boolean)) return planes;
  const kept = planes.slice();
  const size = planes.length / dropped.length;
  for (const [image, lost] of dropped.entries()) if (lost) kept.fill(0, image * size, (image + 1) * size);
  return kept;
}

/**
 * The network's input for the conditions of images [n, K].
 * @param dropped images whose conditions are absent, [n]; default: none.
 * @returns [n, 2K]
 */
export function encodeBatch(
  specs: readonly ConditionSpec[],
  values: Float64Array,
  dropped: readonly boolean[] = [],
): Float32Array {
  const width = specs.length;
  const encoded = new Float32Array(2 * values.length);
  for (let image = 0; image * width < values.length; image++) {
    if (dropped[image]) continue;
    const row = Array.from(values.subarray(image * width, (image + 1) * width));
    encoded.set(encodeConditions(specs, row), 2 * width * image);
  }
  return encoded;
}

/**
 * Which images of a step lose their condition.
 * @param step counts from 0 @param share 0 to 1
 * @returns [B]
 */
export function drawDropped(seed: number, step: number, batch: number, share: number): boolean[] {
  const draws = new Float64Array(batch);
  uniform(seed, DROPOUT_STREAM, step * batch, draws);
  return Array.from(draws, (draw) => draw < share);
}
