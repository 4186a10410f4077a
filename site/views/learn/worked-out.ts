/** Numbers of a formula that work out by hand. */
import { readable } from '../forward/state/numbers.ts';

/** Of a result, and of what it is made of where that is enough. */
export const DIGITS = 3;
/** Float32 has no more. */
const MOST_DIGITS = 9;

const say = (value: number) => readable(value, DIGITS);

/** The values with as many digits as it takes to work out the result by hand, then the result. */
export function workedOut(values: readonly number[], formula: (values: readonly number[]) => number): string[] {
  const result = say(formula(values));
  let digits = DIGITS;
  const byHand = () => formula(values.map((value) => Number(value.toPrecision(digits))));
  while (digits < MOST_DIGITS && say(byHand()) !== result) digits++;
  return [...values.map((value) => readable(value, digits)), result];
}
