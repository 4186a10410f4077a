/** The inputs of a step from its number and its images: the same numbers in Node and in a browser. */

import { sizeOf } from '../model/size.ts';
import { makeSchedule } from '../schedule/schedules.ts';
import { type BatchConditions, conditionInputs, type StepInputs } from './conditioning.ts';
import { drawStep } from './draw.ts';
import { lrAt } from './lr.ts';
import { drawMasks } from './masks.ts';
import type { StepFile } from './step-file.ts';
import { emaDecayAt, stepScalars } from './step-scalars.ts';

export interface StepBatch extends BatchConditions {
  /** [B, C, H, W] in [-1, 1] */
  images: Float32Array;
}

export interface StepFeed {
  inputs: StepInputs;
  lr: number;
}

/** @returns a pure function of (step, batch); steps count from 0 */
export function createStepFeed(file: StepFile): (step: number, batch: StepBatch) => StepFeed {
  const { batch, seed, shape, emaDecay, offsetNoise, timesteps, dropouts } = file;
  const { T } = makeSchedule(file.scheduler);
  const conditionsOf = conditionInputs(file, file);
  const draws = { offset: { strength: offsetNoise, channels: shape[0] }, sampling: timesteps };
  return (step, { images, ...conditions }) => {
    const lr = lrOf(file, step);
    return {
      lr,
      inputs: {
        images,
        ...drawStep(seed, step, batch, sizeOf(shape), T, draws),
        ...drawMasks(seed, step, batch, dropouts),
        ...conditionsOf(conditions, step),
        ...stepScalars(
          { ...file.optimizer, ema: emaDecay !== null },
          { step: step + 1, lr, emaDecay: emaDecayAt(step, emaDecay ?? 0) },
        ),
      },
    };
  };
}

/** One that falls towards an end has none left after it: training that goes on there goes on at full height. */
function lrOf({ lr }: StepFile, step: number): number {
  const { steps, ...options } = lr;
  const falls = steps !== null && step < steps;
  return lrAt(options, step, falls ? step / steps : 0);
}
