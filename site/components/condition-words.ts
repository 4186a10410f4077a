/**
 * Numbers that a model is conditional on, in words. Bone ages, as RSNA's table has them, and what ends in `_months` are months,
 * and said in years and months: 122 is "10 years 2 months". All others are plain numbers.
 */
import type { ConditioningFacts, ConditionSpec } from '@onnoise/scheduler/model';

interface ConditionWords {
  /** `Bone age` */
  label: string;
  /** Of the numbers as they are typed: `months`. */
  unit: string | undefined;
  /** `10 years 2 months` */
  say: (value: number) => string;
  /** The same where there is little room: `10 y 2 m`. */
  brief: (value: number) => string;
  /** What there is to see where this number alone changes. */
  sight: string;
}

const BONE_AGE = /^bone_?age$/;
const MONTHS = /^bone_?age$|_months$/;

const SIGHT = 'what this number does to a picture';

export function conditionWords(name: string): ConditionWords {
  const bare = BONE_AGE.test(name) ? 'bone age' : name.replace(/_months$/, '').replaceAll('_', ' ');
  const label = `${bare.charAt(0).toUpperCase()}${bare.slice(1)}`;
  if (!MONTHS.test(name)) return { label, unit: undefined, say: String, brief: String, sight: SIGHT };
  const sight = BONE_AGE.test(name) ? 'the growth plates close' : SIGHT;
  return { label, unit: 'months', say: ageWords, brief: briefAge, sight };
}

/** @param months rounded to whole ones */
export function ageWords(months: number): string {
  return ageParts(
    months,
    (years) => (years === 1 ? '1 year' : `${years} years`),
    (rest) => (rest === 1 ? '1 month' : `${rest} months`),
  );
}

const briefAge = (months: number): string =>
  ageParts(
    months,
    (years) => `${years} y`,
    (rest) => `${rest} m`,
  );

type Part = (count: number) => string;

function ageParts(months: number, ofYears: Part, ofMonths: Part): string {
  const whole = Math.round(months);
  const [years, rest] = [Math.floor(whole / 12), whole % 12];
  const parts = [...(years > 0 ? [ofYears(years)] : []), ...(rest > 0 || years === 0 ? [ofMonths(rest)] : [])];
  return parts.join(' ');
}

export const areSexes = (names: readonly string[]): boolean =>
  names.length === 2 && ['female', 'male'].every((sex) => names.includes(sex));

/** Classes that are the sexes are called so. */
export const classesLabel = (names: readonly string[]): string => (areSexes(names) ? 'Sex' : 'Classes');

/** The part of the range to go through, without its ends, where examples are few: 24 to 216 of 1 to 228 months. */
export function usualRange({
  name,
  min,
  max,
}: Pick<ConditionSpec, 'name' | 'min' | 'max'>): [low: number, high: number] {
  const margin = (max - min) / 10;
  const inner: [number, number] = BONE_AGE.test(name) ? [24, 216] : [min + margin, max - margin];
  const [low, high] = inner.map((end) => tidy(end, max - min)) as [number, number];
  return low >= min && high <= max && low < high ? [low, high] : [min, max];
}

/** Whole numbers in a wide range, else three digits. */
export const tidy = (value: number, range: number): number =>
  range >= 40 ? Math.round(value) : Number(value.toPrecision(3));

/** The numbers to give a model that needs them and that nobody was asked for. */

/** The mean of the training pictures, in three digits. */
export const usualCondition = ({ mean, min, max }: ConditionSpec): number =>
  Math.min(max, Math.max(min, Number(mean.toPrecision(3))));

/** Of each condition; none for a model that may do without. */
export function usualConditions({ conditions = [], nullCondition = false }: ConditioningFacts): Record<string, number> {
  return nullCondition ? {} : Object.fromEntries(conditions.map((spec) => [spec.name, usualCondition(spec)]));
}
