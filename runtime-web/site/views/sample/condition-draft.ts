/** Numbers that a model is conditional on: what the controls hold of them, and their check. */
import { type ConditionSpec, number } from '@onnoise/scheduler';
import { usualCondition } from '../../state/usual-conditions.ts';

/** By name: a number as typed, or several in turn with commas between them. Empty: absent. */
export type ConditionDraft = Readonly<Record<string, string>>;

/** What the field shows: a model that needs the number gets its mean. */
export function conditionText(draft: ConditionDraft, spec: ConditionSpec, optional: boolean): string {
  const typed = Object.hasOwn(draft, spec.name) ? draft[spec.name] : undefined; // a name may be `constructor`
  return typed ?? (optional ? '' : String(usualCondition(spec)));
}

/** Names that a link asks for and the model does not have. */
export const unknownConditions = (draft: ConditionDraft, specs: readonly ConditionSpec[]): string[] =>
  Object.keys(draft).filter((name) => !specs.some((spec) => spec.name === name));

/** The numbers of a field in turn, [] for an empty one; undefined where the text is none, or out of range. */
export function readCondition(text: string, { min, max }: ConditionSpec): number[] | undefined {
  if (text.trim() === '') return [];
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return values.every(number({ min, max }).holds) ? values : undefined;
}
