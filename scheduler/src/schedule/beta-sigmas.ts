/**
 * Noise levels at the quantiles of a beta distribution, which is densest at both ends.
 *
 * Source: Lee et al., "Beta Sampling is All You Need" (arXiv 2407.12173), with alpha = beta = 0.6 as in diffusers 0.42.1.
 * The incomplete beta function is the series of Abramowitz & Stegun 26.5.4 and 15.1.1.
 */

/** alpha and beta. */
const SHAPE = 0.6;
/** B(0.6, 0.6) */
const COMPLETE = 2.4153442080024723;
const HALVINGS = 60;

/** `count` levels from `largest` down to `smallest`. */
export function betaSigmas(largest: number, smallest: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const share = count === 1 ? 1 : 1 - i / (count - 1);
    return smallest + quantile(share) * (largest - smallest);
  });
}

/** x with I_x(0.6, 0.6) = share. The distribution is the same from both ends. */
function quantile(share: number): number {
  if (share > 0.5) return 1 - quantile(1 - share);
  let [low, high] = [0, 0.5];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (regularized(middle) < share) low = middle;
    else high = middle;
  }
  return share === 0 ? 0 : (low + high) / 2;
}

/** I_x(a, a) for x up to 1/2: x^a / (a B) times the sum of a (1 - a)_n / (a + n) x^n / n! */
function regularized(x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= ((n - SHAPE) / n) * x;
    sum += (term * SHAPE) / (SHAPE + n);
  }
  return (x ** SHAPE / (SHAPE * COMPLETE)) * sum;
}
