/** Trains a network on images and tests it on others: a classifier, a regressor or a segmenter, as an evaluation's own are. */
import { conditionSpecs } from '@onnoise/training/data';
import { fitMasks } from '../features/mask-reader.ts';
import { classifierGraph, regressorGraph, segmenterGraph } from '../features/onnx.ts';
import { seeOnce } from '../features/open.ts';
import type { TrainingSource } from '../features/source.ts';
import { type TrainOptions, trainClassifier, trainRegressor } from '../features/train.ts';
import { SEGMENTER_LENGTH, trainSegmenter } from '../features/train-segmenter.ts';
import { diceOfClasses } from '../measures/mask-dice.ts';
import type { ImageSet } from '../sets/types.ts';
import type { TaskName } from './settings.ts';
import type { Task } from './types.ts';

/** Images of a step: fewer than those of a feature network, since steps count more than images where these are few. */
export const BATCHES: Readonly<Record<TaskName, number>> = {
  classify: 32,
  regress: 32,
  segment: SEGMENTER_LENGTH.batch,
};

export interface TrialOptions extends Pick<TrainOptions, 'seed' | 'signal'> {
  steps: number;
  /** After each step. */
  onStep?: ((done: number) => void) | undefined;
}

/**
 * @param test images to test on, of the source's shape
 * @returns the value of each, as in `Run`; not rounded
 * @throws InputError when training diverges; the signal's reason when it is aborted
 */
export async function runTrial(
  task: Task,
  source: TrainingSource,
  test: ImageSet,
  { seed, steps, onStep, signal }: TrialOptions,
): Promise<(number | null)[]> {
  const length = { batch: BATCHES[task.name], epochs: 1, least: steps, most: steps };
  const train = { seed, length, signal, onProgress: onStep && (({ done }: { done: number }) => onStep(done)) };
  const { shape } = source;
  switch (task.name) {
    case 'classify': {
      const classes = task.classNames.length;
      const graph = classifierGraph(shape, classes, await trainClassifier(source, classes, train));
      const { classes: named } = await seeOnce({ graph, kind: 'classifier', shape }, test, signal);
      return Array.from(named!, (label, i) => Number(label === test.labels![i]));
    }
    case 'regress': {
      const told = { names: [task.number], values: source.conditions! };
      // A number that all images share has no deviation.
      const scales = conditionSpecs(told).map(({ mean, std }) => ({ mean, std: std || 1 }));
      const [{ mean, std }] = scales as [(typeof scales)[number]];
      const graph = regressorGraph(shape, 1, await trainRegressor(source, scales, train));
      const { values } = await seeOnce({ graph, kind: 'regressor', shape }, test, signal);
      return Array.from(values, (value, i) => Math.abs(mean + std * value - test.conditions![i]!));
    }
    case 'segment': {
      const { count } = task.about;
      const graph = segmenterGraph(shape, count, await trainSegmenter(source, task.about, train));
      const { values } = await seeOnce({ graph, kind: 'segmenter', shape }, test, signal);
      return diceOfImages(task, Uint8Array.from(values), test);
    }
  }
}

/** Whether each test image has a value. */
export function countedImages(task: Task, test: ImageSet): boolean[] | undefined {
  if (task.name !== 'segment') return undefined;
  return diceOfImages(task, fitMasks(test.masks!, test.shape), test).map((value) => value !== null);
}

/** The mean of the classes but background that an image's mask has; null where it has none. */
function diceOfImages(
  { about }: Extract<Task, { name: 'segment' }>,
  read: Uint8Array,
  { masks, shape }: ImageSet,
): (number | null)[] {
  const dice = diceOfClasses(read, fitMasks(masks!, shape), about);
  return Array.from({ length: dice.length / about.count }, (_, image) => {
    const known = dice.subarray(image * about.count, (image + 1) * about.count).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
