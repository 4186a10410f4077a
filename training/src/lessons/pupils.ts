/**
 * Which image a lesson goes with, and what the network is told of it: the teacher draws for the labels, conditions and masks of real
 * images, one after the other. A share of the lessons has none of it, so that the student draws without being told, too.
 */
import { shuffle } from '@onnoise/scheduler';
import { type BatchConditions, drawDropped } from '@onnoise/scheduler/training';
import { conditionsOf, type Dataset, readTold } from '../data/index.ts';
import type { TrainPlan } from '../plan/plan.ts';

/** The order of the images in lessons has a stream of its own. */
const ORDER_STREAM = 0x7e00_0030;

export interface Pupil extends BatchConditions {
  /** [n, C, H, W] */
  images: Float32Array;
  /** Whether the network is told nothing, [n]. */
  dropped: boolean[];
}

/** @returns the images of some lessons, a function of the plan's seed alone */
export function pupilsOf(
  { config }: Pick<TrainPlan, 'config'>,
  dataset: Dataset,
): (lessons: ArrayLike<number>) => Promise<Pupil> {
  const { seed, labelDropout } = config.training;
  const order = shuffle(dataset.train.slice(), seed, ORDER_STREAM);
  return async (lessons) => {
    const numbers = Uint32Array.from(lessons, (lesson) => order[lesson % order.length]!);
    const { labels } = dataset;
    return {
      ...(await readTold(dataset, numbers, config.data.maskRole)),
      ...(labels && { labels: Int32Array.from(numbers, (number) => labels[number]!) }),
      ...(dataset.conditions && { conditions: conditionsOf(dataset.conditions, numbers) }),
      dropped: Array.from(lessons, (lesson) => labelDropout > 0 && drawDropped(seed, lesson, 1, labelDropout)[0]!),
    };
  };
}
