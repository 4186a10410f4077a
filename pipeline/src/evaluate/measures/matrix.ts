/**
 * Matrices of doubles, row after row: the products and factors that the measures need. Plain loops, a few rows at a time so
 * that values stay in registers: about a thousand million multiplications a second.
 */

/** A matrix of n rows and n columns, row after row. */
export type Square = Float64Array;

/** Rows of numbers: features, pixels or directions. */
export type Rows = Float64Array | Float32Array;

/**
 * A B^T, the inner products of rows.
 *
 * @param a [m, width]
 * @param b [n, width]
 * @returns [m, n]
 */
export function timesTransposed(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const [m, n] = [a.length / width, b.length / width];
  const product = new Float64Array(m * n);
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const [p0, p1, p2, p3] = [i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width];
    for (let j = 0; j < n; j++) {
      const q = j * width;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < width; k++) {
        const y = b[q + k]!;
        s0 += a[p0 + k]! * y;
        s1 += a[p1 + k]! * y;
        s2 += a[p2 + k]! * y;
        s3 += a[p3 + k]! * y;
      }
      product[i * n + j] = s0;
      product[(i + 1) * n + j] = s1;
      product[(i + 2) * n + j] = s2;
      product[(i + 3) * n + j] = s3;
    }
  }
  for (; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += a[i * width + k]! * b[j * width + k]!;
      product[i * n + j] = sum;
    }
  }
  return product;
}

/**
 * Rows F, as many as the rank r, with F^T F = S for a symmetric S without negative eigenvalues: Cholesky's factor, the largest
 * rest first, until what is left is rounding. Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, section
 * 10.3.
 *
 * @returns [r, n]
 */
export function pivotedFactor(matrix: Square, n: number): Float64Array {
  const lower = new Float64Array(n * n); // [n, n]: row i has what is known of i, in the order of the pivots
  const rest = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!);
  const enough = n * Number.EPSILON * rest.reduce((most, value) => Math.max(most, value), 0);
  let rank = 0;
  for (; rank < n; rank++) {
    let pivot = 0;
    for (let i = 1; i < n; i++) if (rest[i]! > rest[pivot]!) pivot = i;
    if (!(rest[pivot]! > enough)) break;
    const scale = Math.sqrt(rest[pivot]!);
    for (let i = 0; i < n; i++) {
      let sum = matrix[pivot * n + i]!;
      for (let k = 0; k < rank; k++) sum -= lower[i * n + k]! * lower[pivot * n + k]!;
      lower[i * n + rank] = sum / scale;
      rest[i]! -= (sum / scale) ** 2;
    }
    rest[pivot] = 0;
  }
  const rows = new Float64Array(rank * n);
  for (let k = 0; k < rank; k++) for (let i = 0; i < n; i++) rows[k * n + i] = lower[i * n + k]!;
  return rows;
}

export function trace(a: Square, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i * n + i]!;
  return sum;
}
