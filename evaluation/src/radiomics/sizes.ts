/**
 * What the matrices of runs and of zones have in common: how many there are of each gray level and size. Sources: pyradiomics'
 * `glrlm` and `glszm`, whose formulas are the same.
 */
import { entropy } from './region.ts';

/** Counts by the place of a level and by size. */
export type Counts = Map<string, { gray: number; size: number; count: number }>;

export function add(counts: Counts, gray: number, size: number): void {
  const key = `${gray},${size}`;
  const found = counts.get(key);
  if (found) found.count++;
  else counts.set(key, { gray, size, count: 1 });
}

/** In the order of both classes: `emphasis` is of size, as `LongRunEmphasis`. */
export interface SizeFeatures {
  grayNonUniformity: number;
  grayNonUniformityNormalized: number;
  grayVariance: number;
  highGray: number;
  large: number;
  largeHighGray: number;
  largeLowGray: number;
  lowGray: number;
  entropy: number;
  nonUniformity: number;
  nonUniformityNormalized: number;
  /** Runs or zones a pixel. */
  percentage: number;
  variance: number;
  small: number;
  smallHighGray: number;
  smallLowGray: number;
}

export function sizeFeatures(counts: Counts): SizeFeatures {
  const cells = [...counts.values()];
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const marginal = (key: 'gray' | 'size') => {
    const sums = new Map<number, number>();
    for (const cell of cells) sums.set(cell[key], (sums.get(cell[key]) ?? 0) + cell.count);
    return [...sums];
  };
  const squares = (key: 'gray' | 'size') => marginal(key).reduce((sum, [, count]) => sum + count * count, 0);
  const mean = (of: (gray: number, size: number) => number) =>
    cells.reduce((sum, { gray, size, count }) => sum + count * of(gray, size), 0) / total;
  const variance = (key: 'gray' | 'size') => {
    const middle = mean((gray, size) => (key === 'gray' ? gray : size));
    return mean((gray, size) => ((key === 'gray' ? gray : size) - middle) ** 2);
  };
  return {
    grayNonUniformity: squares('gray') / total,
    grayNonUniformityNormalized: squares('gray') / total ** 2,
    grayVariance: variance('gray'),
    highGray: mean((gray) => gray ** 2),
    large: mean((_, size) => size ** 2),
    largeHighGray: mean((gray, size) => size ** 2 * gray ** 2),
    largeLowGray: mean((gray, size) => size ** 2 / gray ** 2),
    lowGray: mean((gray) => 1 / gray ** 2),
    entropy: cells.reduce((sum, { count }) => sum + entropy(count / total), 0),
    nonUniformity: squares('size') / total,
    nonUniformityNormalized: squares('size') / total ** 2,
    percentage: 1 / mean((_, size) => size),
    variance: variance('size'),
    small: mean((_, size) => 1 / size ** 2),
    smallHighGray: mean((gray, size) => gray ** 2 / size ** 2),
    smallLowGray: mean((gray, size) => 1 / (gray ** 2 * size ** 2)),
  };
}
