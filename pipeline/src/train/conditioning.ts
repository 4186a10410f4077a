/**
 * What a training step is told of its images: their classes. With label dropout the null class takes the place of some,
 * so that one network learns with and without a condition, as classifier-free guidance needs.
 *
 * The choice is a pure function of (seed, step), on a stream of its own, so a continued run repeats it to the last bit.
 *
 * Source: Ho & Salimans, "Classifier-Free Diffusion Guidance" (arXiv 2207.12598), algorithm 1.
 */
import { uniform } from '@onnoise/scheduler';
import type { StepInputs } from './contracts.ts';
import type { PlannedModel } from './plan.ts';

const DROPOUT_STREAM = 0x7e00_0010;

/** Of a batch: the class of every image [B], if the images have classes. */
export interface Conditions {
  labels?: Int32Array;
}

/** @param step counts from 0 @returns the inputs of that step for a batch with these conditions. */
export type ConditionInputs = (batch: Conditions, step: number) => StepInputs;

/** @param labelDropout share of the images that lose their condition, 0 to below 1. */
export function conditionInputs(
  { classCount }: Pick<PlannedModel, 'classCount'>,
  { seed, batch, labelDropout }: { seed: number; batch: number; labelDropout: number },
): ConditionInputs {
  return ({ labels }, step) => {
    if (classCount === null || !labels) return {};
    if (labelDropout === 0) return { labels };
    const dropped = drawDropped(seed, step, batch, labelDropout);
    return { labels: labels.map((label, i) => (dropped[i] ? classCount : label)) };
  };
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
