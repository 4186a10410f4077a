/** What a network is told of each image when it is called in evaluation mode: classes, and numbers. */
import { conditionRows, encodeConditions, sizeOf } from '@onnoise/scheduler/model';
import type { BatchConditions } from '@onnoise/scheduler/training';
import { type Conditional, inputsOf } from '../model/told.ts';

/** What the network is told of each of `count` images: see `conditionRows`. */
export function rowsOf(
  model: Conditional,
  { labels, conditions, conditionImage }: BatchConditions,
  count: number,
): Float32Array[] {
  const size = model.conditionImage ? sizeOf(model.conditionImage.shape) : 0;
  const width = model.conditions.length;
  const encoded = (image: number) =>
    encodeConditions(model.conditions, [...conditions!.subarray(image * width, (image + 1) * width)]);
  const given = {
    labels: labels && [...labels],
    conditions: conditions && Array.from({ length: count }, (_, image) => encoded(image)),
    conditionImages:
      conditionImage &&
      Array.from({ length: count }, (_, image) => conditionImage.subarray(image * size, (image + 1) * size)),
  };
  return conditionRows(inputsOf(model), given, count);
}
