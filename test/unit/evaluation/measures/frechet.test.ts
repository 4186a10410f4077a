import { expect, test } from 'vitest';
import { frechetDistance, momentsOf } from '#evaluation/measures/frechet.ts';

/** N rows of 6 numbers, made by a formula that a reference can repeat. */
function features(rows: number, seed: number): Float64Array {
  const n = 6;
  return Float64Array.from(
    { length: rows * n },
    (_, i) => Math.sin((i + 1) * ((i % 7) + seed) * 0.37 + seed) * (1 + (i % n) / n) + (i % n) * 0.1 * seed,
  );
}

test('features that never change, and fewer rows than columns, are no trouble', () => {
  const flat = momentsOf(new Float64Array(60).fill(3), 6);
  expect(frechetDistance(flat, flat)).toBeCloseTo(0, 12);
  const few = momentsOf(features(3, 1), 6);
  expect(frechetDistance(few, few)).toBeCloseTo(0, 6);
});
