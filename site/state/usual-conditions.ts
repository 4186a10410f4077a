/** The numbers to give a model that needs them and that nobody was asked for. */
import type { ConditioningFacts, ConditionSpec } from '@onnoise/scheduler/model';

/** The mean of the training pictures, in three digits. */
export const usualCondition = ({ mean, min, max }: ConditionSpec): number =>
  Math.min(max, Math.max(min, Number(mean.toPrecision(3))));

/** Of each condition; none for a model that may do without. */
export function usualConditions({ conditions = [], nullCondition = false }: ConditioningFacts): Record<string, number> {
  return nullCondition ? {} : Object.fromEntries(conditions.map((spec) => [spec.name, usualCondition(spec)]));
}
