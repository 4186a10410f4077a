import { expect, test } from 'vitest';
import { frechetDistance, momentsOf } from '#evaluation/measures/frechet.ts';
import { normals, rotated } from '#test/programs/measure-sets.ts';

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

test('Gaussians of known means and commuting covariances are as far apart as the formula says', () => {
  // Many rows of N(0, 1) and N(2 e1, 1.5^2 1) in 4 dimensions: 2^2 + 4 (1.5 - 1)^2 = 5, to the error of 200,000 rows.
  const n = 4;
  const one = momentsOf(normals(200_000, n, 1), n);
  const other = momentsOf(normals(200_000, n, 2, 1.5, 2), n);
  expect(Math.abs(frechetDistance(one, other) - 5)).toBeLessThan(0.03);
});

test('the distance is symmetric, and neither the order of rows nor a rotation changes it', () => {
  const n = 5;
  const [one, other] = [normals(40, n, 1), normals(60, n, 2, 1.4, 1)];
  const distance = frechetDistance(momentsOf(one, n), momentsOf(other, n));
  expect(frechetDistance(momentsOf(other, n), momentsOf(one, n))).toBeCloseTo(distance, 12);
  const reversed = Float32Array.from(one, (_, i) => one[(39 - Math.floor(i / n)) * n + (i % n)]!);
  expect(frechetDistance(momentsOf(reversed, n), momentsOf(other, n))).toBeCloseTo(distance, 12);
  const turned = (rows: Float32Array) => rotated(rows, n);
  expect(frechetDistance(momentsOf(turned(one), n), momentsOf(turned(other), n))).toBeCloseTo(distance, 10);
});
