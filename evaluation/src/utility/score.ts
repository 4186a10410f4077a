/**
 * The score of a network on the test images: a weighted mean of one value an image, so that differences can be taken image by image. Of a
 * classifier the balanced accuracy, the mean of the classes' own shares (Brodersen et al. 2010, "The balanced accuracy and its posterior
 * distribution"): a rare class counts as much as a common one.
 */
import type { ImageSet } from '../sets/types.ts';
import type { Task, TestSet, UtilityMeasure } from './types.ts';

export function measureOf(task: Task): UtilityMeasure {
  switch (task.name) {
    case 'classify':
      return { id: 'balanced_accuracy', name: 'balanced accuracy', better: 'higher' };
    case 'regress':
      return { id: 'mean_absolute_error', name: `mean absolute error of ${task.number}`, better: 'lower' };
    case 'segment':
      return { id: 'dice', name: 'Dice', better: 'higher' };
  }
}

/** @param counted whether an image has a value, [count]; default: all have */
export function testSetOf(
  task: Task,
  images: ImageSet,
  groups: readonly number[],
  counted: readonly boolean[] = Array.from({ length: images.count }, () => true),
): TestSet {
  const strata =
    task.name === 'classify'
      ? Int32Array.from(images.labels!, (label, i) => (counted[i] ? label : -1))
      : Int32Array.from(counted, (has) => (has ? 0 : -1));
  const sizes = new Map<number, number>();
  for (const stratum of strata) if (stratum >= 0) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
  const weights = Float64Array.from(strata, (stratum) => (stratum < 0 ? 0 : 1 / (sizes.size * sizes.get(stratum)!)));
  return { images, groups, weights, strata };
}

/** @param values of the test images, null where they do not count */
export function scoreOf({ weights }: Pick<TestSet, 'weights'>, values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value, i) => (weights[i] === 0 ? sum : sum + weights[i]! * value!), 0);
}
