/** What a network is told of each image when it is called in evaluation mode: classes, and numbers. */
import { conditionRows, type ExtraInput, encodeConditions, extraInputs } from '@onnoise/scheduler/model';
import type { BatchConditions } from '@onnoise/scheduler/training';
import type { DescribedModel } from '../model/described.ts';

/** What decides a network's inputs after picture and timestep. */
type Conditional = Pick<DescribedModel, 'classCount' | 'nullCondition' | 'conditions'>;

export const inputsOf = ({ classCount, nullCondition, conditions }: Conditional): ExtraInput[] =>
  extraInputs({ classes: classCount ?? 0, nullCondition, conditions });

/** What the network is told of each of `count` images: see `conditionRows`. */
export function rowsOf(model: Conditional, { labels, conditions }: BatchConditions, count: number): Float32Array[] {
  const width = model.conditions.length;
  const encoded = (image: number) =>
    encodeConditions(model.conditions, [...conditions!.subarray(image * width, (image + 1) * width)]);
  const given = {
    labels: labels && [...labels],
    conditions: conditions && Array.from({ length: count }, (_, image) => encoded(image)),
  };
  return conditionRows(inputsOf(model), given, count);
}
