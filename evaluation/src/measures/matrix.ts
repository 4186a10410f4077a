/**
 * Matrices of doubles, row after row: the products and factors that the measures need. Plain loops, a few rows at a time so
 * that values stay in registers: some two thousand million multiplications a second on one core.
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
  const [wholeRows, wholeColumns] = [m - (m % 4), n - (n % 2)];
  for (let i = 0; i < wholeRows; i += 4) {
    for (let j = 0; j < wholeColumns; j += 2) tile(a, b, width, i, j, product, n);
  }
  for (let i = 0; i < m; i++) {
    for (let j = i < wholeRows ? wholeColumns : 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += a[i * width + k]! * b[j * width + k]!;
      product[i * n + j] = sum;
    }
  }
  return product;
}

/** The products of four rows of a and two of b, from rows i and j on. */
function tile(a: Float64Array, b: Float64Array, width: number, i: number, j: number, product: Float64Array, n: number) {
  const p = i * width;
  const q = j * width;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let [t0, t1, t2, t3] = [0, 0, 0, 0];
  for (let k = 0; k < width; k++) {
    const x0 = a[p + k]!;
    const x1 = a[p + width + k]!;
    const x2 = a[p + 2 * width + k]!;
    const x3 = a[p + 3 * width + k]!;
    const y = b[q + k]!;
    const z = b[q + width + k]!;
    s0 += x0 * y;
    s1 += x1 * y;
    s2 += x2 * y;
    s3 += x3 * y;
    t0 += x0 * z;
    t1 += x1 * z;
    t2 += x2 * z;
    t3 += x3 * z;
  }
  const at = i * n + j;
  product[at] = s0;
  product[at + 1] = t0;
  product[at + n] = s1;
  product[at + n + 1] = t1;
  product[at + 2 * n] = s2;
  product[at + 2 * n + 1] = t2;
  product[at + 3 * n] = s3;
  product[at + 3 * n + 1] = t3;
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
