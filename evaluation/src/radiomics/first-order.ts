/** First order features: of the values alone, wherever they lie. As pyradiomics' `firstorder`. */
import { entropy, type Levels, type Region } from './region.ts';

const mean = (values: ArrayLike<number> & Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};

/** As numpy's: linear between the two nearest of sorted values. */
function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [below, above] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return below + (above - below) * (at - low);
}

/** @param shift added before squares @param area of a pixel */
export function firstOrder(
  { values, mask }: Region,
  { places, grays, count }: Levels,
  { shift, area }: { shift: number; area: number },
): Record<string, number> {
  const sorted = values.filter((_, i) => mask[i] === 1).sort();
  const [p10, p25, median, p75, p90] = [0.1, 0.25, 0.5, 0.75, 0.9].map((share) => percentile(sorted, share));
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const middle = mean(sorted);
  const moment = (power: number) => mean(sorted.map((value) => (value - middle) ** power));
  const variance = moment(2);
  const deviation = (some: Float64Array) => {
    const centre = mean(some);
    return mean(some.map((value) => Math.abs(value - centre)));
  };
  const energy = sorted.reduce((sum, value) => sum + (value + shift) ** 2, 0);
  const shares = new Float64Array(grays.length);
  for (const place of places) if (place >= 0) shares[place]! += 1 / count;
  const flat = variance === 0;
  return {
    '10Percentile': p10!,
    '90Percentile': p90!,
    Energy: energy,
    Entropy: shares.reduce((sum, share) => sum + entropy(share), 0),
    InterquartileRange: p75! - p25!,
    Kurtosis: flat ? 0 : moment(4) / variance ** 2,
    Maximum: most,
    MeanAbsoluteDeviation: deviation(sorted),
    Mean: middle,
    Median: median!,
    Minimum: least,
    Range: most - least,
    RobustMeanAbsoluteDeviation: deviation(sorted.filter((value) => value >= p10! && value <= p90!)),
    RootMeanSquared: Math.sqrt(energy / count),
    Skewness: flat ? 0 : moment(3) / variance ** 1.5,
    TotalEnergy: energy * area,
    Uniformity: shares.reduce((sum, share) => sum + share * share, 0),
    Variance: variance,
  };
}
