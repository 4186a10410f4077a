/**
 * Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's cyclic rotations: Golub & Van Loan, Matrix Computations,
 * section 8.5. For matrices of up to a few hundred rows.
 */

/** A matrix of n rows and n columns, row after row. */
export type Square = Float64Array;

export interface Eigen {
  values: Float64Array; // [n], in no order
  /** [n, n]: column i belongs to value i; the columns are orthonormal. */
  vectors: Square;
}

const MOST_SWEEPS = 50;

export function symmetricEigen(matrix: Square, n: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = Math.hypot(...a);
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, n) > 1e-15 * scale; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: v };
}

/** Makes a[p][q] zero, and turns the vectors with it. */
function rotate(a: Square, v: Square, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const tau = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, c, s);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, c, s);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q, c, s);
}

function turn(a: Square, i: number, j: number, c: number, s: number): void {
  const [x, y] = [a[i]!, a[j]!];
  a[i] = c * x - s * y;
  a[j] = s * x + c * y;
}

function offDiagonal(a: Square, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += 2 * a[i * n + j]! ** 2;
  return Math.sqrt(sum);
}
