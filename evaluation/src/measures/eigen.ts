/**
 * Eigenvalues of a symmetric matrix: Householder's reflections make it tridiagonal, then implicit QR steps with Wilkinson's
 * shift make it diagonal. Golub & Van Loan, Matrix Computations, 4th edition, algorithms 8.3.1 to 8.3.3. Some 4/3 n^3
 * multiplications: milliseconds for 64 rows, seconds for 2,048. A library (ml-matrix) always finds the vectors too, which costs
 * several times that.
 */
import type { Square } from './matrix.ts';

/** Steps for one eigenvalue, of which two are usual. */
const MOST_STEPS = 100;

/** What is 0 in a matrix whose largest number is about 1. */
const NOTHING = Number.EPSILON ** 2;

/**
 * @returns [n], in no order; each is right to about 1e-15 of the largest.
 * @throws Error for a matrix that is not of finite numbers
 */
export function symmetricEigenvalues(matrix: Square, n: number): Float64Array {
  const scale = scaleOf(matrix);
  const { diagonal, beside } = tridiagonal(
    matrix.map((value) => value / scale),
    n,
  );
  diagonalise(diagonal, beside);
  return diagonal.map((value) => scale * value);
}

/** A power of two near the largest number: squares of what is divided by it neither overflow nor vanish together. */
function scaleOf(matrix: Square): number {
  const largest = matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest))
    throw new Error(`A matrix of finite numbers has eigenvalues, this one has ${largest}.`);
  return largest === 0 ? 1 : 2 ** Math.min(Math.floor(Math.log2(largest)), 1023);
}

/** Reads and overwrites the lower triangle, from the last row up: row i keeps one number beside the diagonal. */
function tridiagonal(a: Square, n: number) {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(Math.max(n - 1, 0));
  const p = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    diagonal[i] = a[i * n + i]!;
    const v = a.subarray(i * n, i * n + i); // becomes the reflection's vector
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    if (norm <= NOTHING) continue;
    const alpha = v[i - 1]! > 0 ? -norm : norm;
    beside[i - 1] = alpha;
    const squares = norm * (norm + Math.abs(v[i - 1]!)); // half of |v|^2 after the next line
    v[i - 1]! -= alpha;
    timesLower(a, n, v, p);
    let along = 0;
    for (let j = 0; j < i; j++) along += v[j]! * p[j]!;
    const share = along / (2 * squares * squares);
    for (let j = 0; j < i; j++) p[j] = p[j]! / squares - share * v[j]!;
    for (let j = 0; j < i; j++) {
      const [vj, pj] = [v[j]!, p[j]!];
      const row = j * n;
      for (let k = 0; k <= j; k++) a[row + k]! -= vj * p[k]! + pj * v[k]!;
    }
  }
  if (n > 0) diagonal[0] = a[0]!;
  return { diagonal, beside };
}

/** p = A v for the first rows and columns of a symmetric A of which the lower triangle is there. */
function timesLower(a: Square, n: number, v: Float64Array, p: Float64Array): void {
  const size = v.length;
  p.fill(0, 0, size);
  for (let j = 0; j < size; j++) {
    const row = j * n;
    const vj = v[j]!;
    let sum = a[row + j]! * vj;
    for (let k = 0; k < j; k++) {
      const value = a[row + k]!;
      sum += value * v[k]!;
      p[k]! += value * vj;
    }
    p[j]! += sum;
  }
}

/** Turns the diagonal into the eigenvalues. */
function diagonalise(d: Float64Array, e: Float64Array): void {
  const small = (i: number) =>
    Math.abs(e[i]!) <= Math.max(NOTHING, Number.EPSILON * (Math.abs(d[i]!) + Math.abs(d[i + 1]!)));
  let high = d.length - 1;
  for (let steps = 0; high > 0; ) {
    if (small(high - 1)) {
      high--;
      steps = 0;
      continue;
    }
    if (steps === MOST_STEPS) throw new Error(`Eigenvalue ${high} was not found in ${MOST_STEPS} steps.`);
    let low = high - 1;
    while (low > 0 && !small(low - 1)) low--;
    qrStep(d, e, low, high);
    steps++;
  }
}

/** One implicit QR step on rows low to high: a bulge is made beside the diagonal and chased out below. */
function qrStep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const half = (d[high - 1]! - d[high]!) / 2;
  const last = e[high - 1]!;
  const root = Math.hypot(half, last);
  const shift = d[high]! - (last * last) / (half >= 0 ? half + root : half - root);
  let [x, z] = [d[low]! - shift, e[low]!];
  for (let k = low; k < high; k++) {
    const r = Math.hypot(x, z);
    const [c, s] = r === 0 ? [1, 0] : [x / r, z / r];
    if (k > low) e[k - 1] = r;
    const [dk, next, ek] = [d[k]!, d[k + 1]!, e[k]!];
    d[k] = c * c * dk + 2 * c * s * ek + s * s * next;
    d[k + 1] = s * s * dk - 2 * c * s * ek + c * c * next;
    e[k] = c * s * (next - dk) + (c - s) * (c + s) * ek;
    if (k < high - 1) {
      [x, z] = [e[k]!, s * e[k + 1]!];
      e[k + 1]! *= c;
    }
  }
}
