/**
 * How well scores tell abnormal images from normal ones: the area under the ROC curve, which is the chance that an abnormal
 * image scores higher than a normal one (Hanley & McNeil 1982, "The meaning and use of the area under a receiver operating
 * characteristic (ROC) curve").
 */
import { randomInts } from '@onnoise/scheduler';

export interface Auroc {
  /** 0 to 1; 0.5 is chance. */
  value: number;
  /** Of 95 %. */
  interval: readonly [low: number, high: number];
}

const RESAMPLES = 1000;
const STREAM = 0x61756321;

/** 0 to 1, where ties count half. Both kinds must be there. */
export function areaUnderRoc(normal: Float64Array, abnormal: Float64Array): number {
  const sorted = normal.toSorted();
  /** How many normal scores lie below, and at or below. */
  const below = (score: number, orAt: boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < score || (orAt && sorted[middle] === score)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let wins = 0;
  for (const score of abnormal) wins += (below(score, false) + below(score, true)) / 2;
  return wins / (normal.length * abnormal.length);
}

/**
 * The area with the interval of a bootstrap: normal and abnormal images are drawn again 1,000 times, each kind by itself, and the
 * middle 95 % of the areas are kept (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13).
 */
export function measureAuroc(scores: ArrayLike<number>, abnormal: readonly boolean[], seed: number): Auroc {
  const of = (kind: boolean) => Float64Array.from(Array.from(scores).filter((_, i) => abnormal[i] === kind));
  const kinds = [of(false), of(true)] as const;
  const areas = new Float64Array(RESAMPLES);
  for (let k = 0; k < RESAMPLES; k++) {
    const [a, b] = kinds.map((all, kind) => {
      const chosen = new Int32Array(all.length);
      randomInts(seed, STREAM + kind, k * all.length, all.length, chosen);
      return Float64Array.from(chosen, (i) => all[i]!);
    });
    areas[k] = areaUnderRoc(a!, b!);
  }
  areas.sort();
  const edge = Math.floor(0.025 * RESAMPLES);
  return { value: areaUnderRoc(...kinds), interval: [areas[edge]!, areas[RESAMPLES - 1 - edge]!] };
}
