/**
 * Features of the gray level co-occurrence matrix: how often two levels lie side by side. As pyradiomics' `glcm` with its defaults:
 * distance 1, symmetrical, the mean over the four angles of a plane. The 22 that FRD takes: without MCC and Sum Average.
 */
import { ANGLES, EPSILON, entropy, type Levels, levelAt } from './region.ts';

export function glcm(levels: Levels): Record<string, number> {
  const each = ANGLES.map((angle) => matrixOf(levels, angle)).filter((matrix) => matrix !== undefined);
  const found = each.map((matrix) => featuresOf(matrix, levels.grays));
  const names = Object.keys(found[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, found.reduce((sum, of) => sum + of[name]! / found.length, 0)]));
}

/** Shares of all pairs, [L, L]; undefined where there are none. */
function matrixOf(levels: Levels, [dy, dx]: readonly [number, number]): Float64Array | undefined {
  const { height, width, grays } = levels;
  const many = grays.length;
  const matrix = new Float64Array(many * many);
  let pairs = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [one, other] = [levelAt(levels, y, x), levelAt(levels, y + dy, x + dx)];
      if (one < 0 || other < 0) continue;
      matrix[one * many + other]!++;
      matrix[other * many + one]!++;
      pairs += 2;
    }
  }
  return pairs === 0 ? undefined : matrix.map((count) => count / pairs);
}

function featuresOf(matrix: Float64Array, grays: Float64Array): Record<string, number> {
  const many = grays.length;
  const most = grays.at(-1)!;
  const sides = new Float64Array(many);
  const sums = new Float64Array(2 * most + 1);
  const differences = new Float64Array(most);
  const overAll = (of: (share: number, i: number, j: number) => number): number => {
    let sum = 0;
    for (let a = 0; a < many; a++) {
      for (let b = 0; b < many; b++) sum += of(matrix[a * many + b]!, a, b);
    }
    return sum;
  };
  overAll((share, a, b) => {
    const [i, j] = [grays[a]!, grays[b]!];
    sides[a]! += share;
    sums[i + j]! += share;
    differences[Math.abs(i - j)]! += share;
    return 0;
  });
  const u = sides.reduce((sum, share, a) => sum + share * grays[a]!, 0);
  const cluster = (power: number) => overAll((share, a, b) => share * (grays[a]! + grays[b]! - 2 * u) ** power);
  const differ = (of: (k: number) => number) => differences.reduce((sum, share, k) => sum + share * of(k), 0);
  const spread = sides.reduce((sum, share, a) => sum + share * (grays[a]! - u) ** 2, 0);
  const together = overAll((share, a, b) => share * (grays[a]! - u) * (grays[b]! - u));
  const average = differ((k) => k);
  const hx = sides.reduce((sum, share) => sum + entropy(share), 0);
  const hxy = overAll(entropy);
  const hxy1 = overAll((share, a, b) => -share * Math.log2(sides[a]! * sides[b]! + EPSILON));
  const hxy2 = overAll((_, a, b) => entropy(sides[a]! * sides[b]!));
  return {
    Autocorrelation: overAll((share, a, b) => share * grays[a]! * grays[b]!),
    JointAverage: u,
    ClusterProminence: cluster(4),
    ClusterShade: cluster(3),
    ClusterTendency: cluster(2),
    Contrast: differ((k) => k * k),
    Correlation: spread === 0 ? 1 : together / (spread + EPSILON),
    DifferenceAverage: average,
    DifferenceEntropy: differences.reduce((sum, share) => sum + entropy(share), 0),
    DifferenceVariance: differ((k) => (k - average) ** 2),
    JointEnergy: overAll((share) => share * share),
    JointEntropy: hxy,
    Imc1: hx === 0 ? 0 : (hxy - hxy1) / hx,
    Imc2: hxy2 === hxy ? 0 : Math.sqrt(1 - Math.exp(-2 * (hxy2 - hxy))),
    Idm: differ((k) => 1 / (1 + k * k)),
    Idmn: differ((k) => 1 / (1 + (k * k) / (most * most))),
    Id: differ((k) => 1 / (1 + k)),
    Idn: differ((k) => 1 / (1 + k / most)),
    InverseVariance: differ((k) => (k === 0 ? 0 : 1 / (k * k))),
    MaximumProbability: matrix.reduce((most, share) => Math.max(most, share), 0),
    SumEntropy: sums.reduce((sum, share) => sum + entropy(share), 0),
    SumSquares: spread,
  };
}
