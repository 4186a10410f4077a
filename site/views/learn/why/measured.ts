/** What was measured of the shipped digits at few and many steps: see scripts/learn/trilemma.ts. */
import measured from './measured.json' with { type: 'json' };

export interface Measure {
  value: number;
  /** 95 %. */
  interval: number[];
  /** What other real digits reach. */
  real: number;
}

export interface Point {
  /** Network calls a picture. */
  steps: number;
  /** Share of its pictures that lie among real ones. */
  precision: Measure;
  /** Share of the real pictures that lie among its own. */
  recall: Measure;
}

export const POINTS: readonly Point[] = measured.points;
export const { command: COMMAND, count: COUNT } = measured;

/** As a share of what other real pictures reach, at most all of it. */
export const shareOf = ({ value, real }: Measure): number => Math.min(1, value / real);

/** As many steps as the network was trained with: the slowest that there is. */
const SLOWEST = 1000;

/** 1 for a single step, 0 for the slowest; equal factors are equal distances. */
export const speedOf = (steps: number): number => Math.log(SLOWEST / steps) / Math.log(SLOWEST);

/** Shares of the three corners, which sum to 1. */
export function cornersOf({ steps, precision, recall }: Point): { quality: number; speed: number; coverage: number } {
  const [quality, speed, coverage] = [shareOf(precision), speedOf(steps), shareOf(recall)];
  const sum = quality + speed + coverage;
  return { quality: quality / sum, speed: speed / sum, coverage: coverage / sum };
}
