/**
 * Frechet's distance of two sets of features, each taken for a Gaussian: Heusel et al. 2017, "GANs Trained by a Two
 * Time-Scale Update Rule" (arXiv 1706.08500), equation 6
 *
 *     d^2 = |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))
 *
 * The trace of the root is that of the symmetric (S1^(1/2) S2 S1^(1/2))^(1/2), so that eigenvalues of symmetric matrices
 * suffice. As is usual, the squared distance is given.
 */
import { type Square, symmetricEigen } from './eigen.ts';

export interface Moments {
  mean: Float64Array; // [n]
  /** Unbiased: divided by the rows less one. */
  covariance: Square; // [n, n]
}

/** @param features [N, n] with N of 2 or more, row after row */
export function momentsOf(features: ArrayLike<number>, n: number): Moments {
  const count = features.length / n;
  const mean = new Float64Array(n);
  for (let i = 0; i < features.length; i++) mean[i % n]! += features[i]! / count;
  const covariance = new Float64Array(n * n);
  const centred = new Float64Array(n);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < n; i++) centred[i] = features[row * n + i]! - mean[i]!;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) covariance[i * n + j]! += centred[i]! * centred[j]!;
  }
  return { mean, covariance: covariance.map((sum) => sum / (count - 1)) };
}

/** The squared distance, 0 for the same moments. */
export function frechetDistance(one: Moments, other: Moments): number {
  const n = one.mean.length;
  const means = one.mean.reduce((sum, m, i) => sum + (m - other.mean[i]!) ** 2, 0);
  const root = squareRoot(one.covariance, n);
  const inner = multiply(multiply(root, other.covariance, n), root, n);
  const traceOfRoot = symmetricEigen(inner, n).values.reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
  return means + trace(one.covariance, n) + trace(other.covariance, n) - 2 * traceOfRoot;
}

/** The symmetric root of a covariance. */
function squareRoot(matrix: Square, n: number): Square {
  const { values, vectors } = symmetricEigen(matrix, n);
  const root = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const weight = Math.sqrt(Math.max(values[k]!, 0));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) root[i * n + j]! += weight * vectors[i * n + k]! * vectors[j * n + k]!;
    }
  }
  return root;
}

function multiply(a: Square, b: Square, n: number): Square {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) product[i * n + j]! += a[i * n + k]! * b[k * n + j]!;
    }
  }
  return product;
}

const trace = (a: Square, n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i * n + i]!;
  return sum;
};
