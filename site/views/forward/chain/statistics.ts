/** Running sums of samples: mean, standard deviation and a histogram against the normal density. */

export interface Tally {
  count: number;
  sum: number;
  squares: number;
  /** Counts of equal bins from -range to range; values outside fall in none. */
  readonly bins: Uint32Array;
  readonly range: number;
}

export function emptyTally(range: number, bins: number): Tally {
  return { count: 0, sum: 0, squares: 0, bins: new Uint32Array(bins), range };
}

/** A new tally with the values added. */
export function tallied(tally: Tally, values: ArrayLike<number>): Tally {
  let { count, sum, squares } = tally;
  const bins = tally.bins.slice();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    squares += value * value;
    const bin = Math.floor(((value + tally.range) / (2 * tally.range)) * bins.length);
    if (bin >= 0 && bin < bins.length) bins[bin]!++;
  }
  count += values.length;
  return { count, sum, squares, bins, range: tally.range };
}

/** Mean and (population) standard deviation. */
export function moments({ count, sum, squares }: Pick<Tally, 'count' | 'sum' | 'squares'>): Moments {
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(squares / count - mean * mean, 0)) };
}

export interface Moments {
  mean: number;
  deviation: number;
}

export function momentsOf(values: ArrayLike<number>): Moments {
  return moments(tallied(emptyTally(1, 0), values));
}

/** Share of the values in each bin, divided by the bin's width: comparable with a density. */
export function density({ bins, count, range }: Tally): Float64Array {
  const width = (2 * range) / bins.length;
  return Float64Array.from(bins, (n) => n / (count * width));
}

/** Edges of the bins, one more than there are bins. */
export function binEdges({ bins, range }: Tally): Float64Array {
  return Float64Array.from({ length: bins.length + 1 }, (_, i) => -range + (i * 2 * range) / bins.length);
}

/** The density of N(0, deviation^2). */
export function normalDensity(x: number, deviation: number): number {
  return Math.exp(-0.5 * (x / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
}
