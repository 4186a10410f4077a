/** What the conditions of images are like, as `conditions` in a network's config. */
import type { ConditionSpec } from '@onnoise/scheduler/model';
import type { DataConditions } from './types.ts';

/**
 * Mean, standard deviation (of these images, not an estimate of others), smallest and largest value.
 * @param numbers of the images to look at; default: all.
 */
export function conditionSpecs({ names, values }: DataConditions, numbers?: ArrayLike<number>): ConditionSpec[] {
  const images = numbers ?? Array.from({ length: values.length / names.length }, (_, image) => image);
  return names.map((name, k) => {
    const column = Float64Array.from(images, (image) => values[image * names.length + k]!);
    const average = (terms: Float64Array) => terms.reduce((sum, term) => sum + term, 0) / terms.length;
    const mean = average(column);
    const std = Math.sqrt(average(column.map((value) => (value - mean) ** 2)));
    const min = column.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const max = column.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    return { name, mean, std, min, max };
  });
}
