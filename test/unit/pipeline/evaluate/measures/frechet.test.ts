import { expect, test } from 'vitest';
import { frechetDistance, momentsOf } from '#pipeline/evaluate/measures/frechet.ts';

/** N rows of 6 numbers, made by a formula that a reference can repeat. */
function features(rows: number, seed: number): Float64Array {
  const n = 6;
  return Float64Array.from(
    { length: rows * n },
    (_, i) => Math.sin((i + 1) * ((i % 7) + seed) * 0.37 + seed) * (1 + (i % n) / n) + (i % n) * 0.1 * seed,
  );
}

test('the distance is that of numpy.cov and scipy.linalg.sqrtm', () => {
  expect(frechetDistance(momentsOf(features(50, 1), 6), momentsOf(features(40, 2), 6))).toBeCloseTo(
    0.7950504032729513,
    12,
  );
});

test('the distance of one-dimensional Gaussians is that of their means and deviations', () => {
  const one = { mean: Float64Array.of(1), covariance: Float64Array.of(4) };
  const other = { mean: Float64Array.of(4), covariance: Float64Array.of(25) };
  expect(frechetDistance(one, other)).toBeCloseTo(9 + 9, 12);
  expect(frechetDistance(one, one)).toBeCloseTo(0, 12);
});

test('features that never change, and fewer rows than columns, are no trouble', () => {
  const flat = momentsOf(new Float64Array(60).fill(3), 6);
  expect(frechetDistance(flat, flat)).toBeCloseTo(0, 12);
  const few = momentsOf(features(3, 1), 6);
  expect(frechetDistance(few, few)).toBeCloseTo(0, 6);
});
