/** One pixel's step of the forward process, and the way from a slider to beta. */

/** N(mean, variance): what a pixel of value x becomes in a step. */
export const stepOfPixel = (x: number, beta: number) => ({ mean: Math.sqrt(1 - beta) * x, deviation: Math.sqrt(beta) });

/** Slider places from 0 to 100: most of them are for small betas, which schedules have. */
export const PLACES = 100;
const SMALLEST = 0.0001;

export const betaAt = (place: number): number => Math.max(SMALLEST, (place / PLACES) ** 3);
export const placeOf = (beta: number): number => Math.round(Math.cbrt(beta) * PLACES);

/** Counts of values in equal bins over [-range, range]; values outside fall in none. */
export function counts(values: Float32Array, bins: number, range: number): number[] {
  const all = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value + range) / (2 * range)) * bins);
    if (bin >= 0 && bin < bins) all[bin]!++;
  }
  return all;
}
