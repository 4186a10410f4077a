/**
 * What sampling makes of the two minimisers. The data are two values, -1 and 1. What a picture may have been, given x_t, is
 * then known exactly, so the guess of a perfect network is too: the mean of what may have been with L2, the median with L1.
 * The noise is a falling line of the picture, so this is the same whether a network says the noise or the picture.
 */
import { compileSampler, makeSchedule, sampleImages } from '@onnoise/scheduler';
import { EXACT } from '../../exact.ts';
import type { ErrorName } from './losses.ts';

const SCHEDULE = makeSchedule(EXACT);
const STEPS = 40;
const TABLE = compileSampler(EXACT, { sampler: 'ddim', steps: STEPS });
/** Values that are drawn. */
export const DRAWN = 4000;
const SEED = 12;

/**
 * What was 1 with the probability `share`, and is x after the noise of alphaBar: a guess of it.
 * Bayes: the odds of 1 are share / (1 - share) times exp(2 sqrt(alphaBar) x / (1 - alphaBar)).
 */
export function bestGuess(name: ErrorName, share: number, alphaBar: number, x: number): number {
  const logOdds = Math.log(share / (1 - share)) + (2 * Math.sqrt(alphaBar) * x) / (1 - alphaBar);
  if (name === 'l1') return logOdds > 0 ? 1 : -1;
  return Math.tanh(logOdds / 2);
}

/** The share of drawn values that end nearer to 1, where `share` of the data are. @param share above 0, below 1 */
export async function drawnShare(name: ErrorName, share: number): Promise<number> {
  const values = await sampleImages({
    table: TABLE,
    shape: [1, 1, DRAWN],
    seeds: [SEED],
    denoise: async (x, [t]) => x.map((value) => bestGuess(name, share, SCHEDULE.alphaBar[t!]!, value)),
  });
  return values.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / DRAWN;
}
