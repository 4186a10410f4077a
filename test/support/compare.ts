/**
 * The one comparer of arrays: every value within `absolute + relative * |expected|`.
 * The message names the first index that is off, both values and the largest difference.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 1e-5, relative = 0, what = 'array' } = {},
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values, expected ${expected.length}`);
  }
  let first = -1;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (Object.is(a, e)) continue;
    const difference = Math.abs(a - e);
    if (!(difference <= largest)) largest = difference;
    if (first < 0 && !(difference <= absolute + relative * Math.abs(e) && difference < Infinity)) first = i;
  }
  if (first >= 0) {
    throw new Error(
      `${what}[${first}] is ${actual[first]}, expected ${expected[first]} ` +
        `(absolute ${absolute}, relative ${relative}; largest difference ${largest})`,
    );
  }
}
