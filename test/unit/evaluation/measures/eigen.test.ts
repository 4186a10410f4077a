import { expect, test } from 'vitest';
import { symmetricEigenvalues } from '#evaluation/measures/eigen.ts';
import { expectClose } from '#test/compare.ts';
import { normals } from '#test/programs/measure-sets.ts';

/** A symmetric matrix with these eigenvalues: H D H with a reflection H. */
function withEigenvalues(values: readonly number[]): Float64Array {
  const n = values.length;
  const v = Float64Array.from(normals(1, n, 5));
  const squares = v.reduce((sum, x) => sum + x * x, 0);
  const h = (i: number, j: number) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / squares;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return values.reduce((sum, value, k) => sum + h(i, k) * value * h(k, j), 0);
  });
}

test.each([
  ['apart', [5, -3, 2, 0.5, 1e-6, 40, 7, 0]],
  ['equal', [2, 2, 2, 2, 2]],
  ['in pairs', [1, 1, 3, 3, 9, 9, 27]],
  ['of very different size', [1e8, 1, 1e-8, 1e4]],
  ['all 0', [0, 0, 0]],
  ['one', [3]],
  ['of which the squares overflow', [3e200, 2e200, 1e199, 0]],
  ['of which the squares vanish', [3e-200, 2e-200, 1e-201, 0]],
  ['at the end of all numbers', [1.5e308, 1e307]],
])('eigenvalues are found that are %s', (_, values) => {
  const found = symmetricEigenvalues(withEigenvalues(values), values.length).sort();
  const largest = Math.max(...values.map(Math.abs));
  expectClose(found, Float64Array.from(values).sort(), { absolute: 1e-14 * largest });
});

test('rows so small that their squares vanish are no trouble', () => {
  const matrix = Float64Array.of(1, 0, 0, 0, 0, 1e-170, 0, 1e-170, 1e-171); // [3, 3]
  expectClose(symmetricEigenvalues(matrix, 3).sort(), Float64Array.of(0, 0, 1), { absolute: 1e-15 });
  const graded = Float64Array.from({ length: 400 }, (_, at) => 10 ** (-8 * (Math.floor(at / 20) + (at % 20))));
  expectClose(symmetricEigenvalues(graded, 20).sort().slice(18), Float64Array.of(0, 1), { absolute: 1e-15 });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a matrix with %d is refused, and not taken for one without',
  (bad) => {
    expect(() => symmetricEigenvalues(Float64Array.of(1, 2, 2, bad), 2)).toThrow(
      `A matrix of finite numbers has eigenvalues, this one has ${bad}.`,
    );
  },
);
