/**
 * Quantiles of Student's t for whole degrees of freedom: Abramowitz & Stegun, equations 26.7.3 and 26.7.4, turned around by
 * halving. Golden values: scripts/golden/measures/utility.py, by scipy.
 */

/** Chance that |t| is below the tangent of `angle` times the root of `freedom`. */
function chanceWithin(angle: number, freedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2;
  if (freedom === 1) return (2 * angle) / Math.PI;
  let term = odd ? cosine : 1;
  let sum = term;
  for (let k = odd ? 2 : 1; k <= freedom - 3; k += 2) {
    term *= (k * cosine * cosine) / (k + 1);
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/**
 * What Student's t exceeds, above or below 0, with a chance of `beyond` in all.
 * @param freedom degrees of freedom, an integer of at least 1
 * @param beyond above 0, below 1; default: that of an interval of 95 %
 */
export function studentQuantile(freedom: number, beyond = 0.05): number {
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (chanceWithin(middle, freedom) < 1 - beyond) low = middle;
    else high = middle;
  }
  return Math.tan((low + high) / 2) * Math.sqrt(freedom);
}
