import { expect, test } from 'vitest';
import { symmetricEigenvalues } from '#evaluation/measures/eigen.ts';
import { pivotedFactor, timesTransposed } from '#evaluation/measures/matrix.ts';
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

test('many eigenvalues have the sums of their powers that the matrix has', () => {
  const n = 120;
  const rows = Float64Array.from(normals(200, n, 3));
  const transposed = Float64Array.from({ length: rows.length }, (_, i) => rows[(i % 200) * n + Math.floor(i / 200)]!);
  const matrix = timesTransposed(transposed, transposed, 200);
  const values = symmetricEigenvalues(matrix, n);
  const trace = matrix.reduce((sum, value, at) => sum + (at % (n + 1) === 0 ? value : 0), 0);
  const squares = matrix.reduce((sum, value) => sum + value * value, 0);
  expect(values.reduce((sum, value) => sum + value, 0) / trace).toBeCloseTo(1, 12);
  expect(values.reduce((sum, value) => sum + value * value, 0) / squares).toBeCloseTo(1, 12);
});

test('a matrix is the product of its factor, which has as many rows as its rank', () => {
  const matrix = withEigenvalues([4, 0, 1, 0, 9, 0.25]);
  const factor = pivotedFactor(matrix, 6);
  expect(factor.length).toBe(4 * 6);
  const transposed = Float64Array.from({ length: 24 }, (_, i) => factor[(i % 4) * 6 + Math.floor(i / 4)]!);
  expectClose(timesTransposed(transposed, transposed, 4), matrix, { absolute: 1e-13 });
});

test('rows that are no multiple of four have their products too', () => {
  const [a, b] = [Float64Array.from(normals(7, 3, 1)), Float64Array.from(normals(5, 3, 2))];
  const expected = Float64Array.from({ length: 35 }, (_, at) => {
    const [i, j] = [Math.floor(at / 5), at % 5];
    return [0, 1, 2].reduce((sum, k) => sum + a[i * 3 + k]! * b[j * 3 + k]!, 0);
  });
  expectClose(timesTransposed(a, b, 3), expected, { absolute: 1e-14 });
});
