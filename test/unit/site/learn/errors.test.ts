import { expect, test } from 'vitest';
import {
  ANSWERS,
  camps,
  type ErrorName,
  errorOf,
  meanOf,
  medianOf,
  withOutlier,
} from '#site/views/learn/learning/errors/losses.ts';
import { bestGuess, DRAWN, drawnShare } from '#site/views/learn/learning/errors/two-camps.ts';
import { lossOf } from '#training/step/loss.ts';

/** The best of many guesses. */
function searched(name: ErrorName, answers: readonly number[]): number {
  const guesses = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 1000);
  const errors = guesses.map((guess) => errorOf(name, answers, guess));
  return guesses[errors.indexOf(Math.min(...errors))]!;
}

test.each([-2, -0.3, 0.6, 2])('the mean makes L2 smallest, the median L1, with an outlier at %d', (outlier) => {
  const answers = withOutlier(outlier);
  expect(meanOf(answers)).toBeCloseTo(searched('l2', answers), 3);
  expect(medianOf(answers)).toBeCloseTo(searched('l1', answers), 3);
});

test('the median stays where an outlier goes further, and the mean does not', () => {
  const [near, far] = [withOutlier(0.6), withOutlier(2)];
  expect(medianOf(far)).toBe(medianOf(near));
  expect(meanOf(far) - meanOf(near)).toBeCloseTo(1.4 / near.length);
});

test('of two camps the median is the larger one, until they are equal', () => {
  for (let rare = 1; rare < ANSWERS / 2; rare++) {
    expect(medianOf(camps(rare))).toBe(-1);
    expect(meanOf(camps(rare))).toBeCloseTo((2 * rare) / ANSWERS - 1);
  }
  expect(medianOf(camps(ANSWERS / 2))).toBe(0);
});

test('both errors are those of training', () => {
  for (const loss of ['l1', 'l2'] as const) {
    expect(errorOf(loss, [0.7, -0.2], 0.1)).toBeCloseTo(
      (lossOf({ loss, huberDelta: 1 }, 0.6) + lossOf({ loss, huberDelta: 1 }, -0.3)) / 2,
    );
  }
});

test('the best guess of a noisy value is the mean, or the median, of what it may have been', () => {
  const density = (value: number, mean: number, variance: number) => Math.exp(-((value - mean) ** 2) / (2 * variance));
  for (const share of [0.1, 0.45]) {
    for (const alphaBar of [0.02, 0.5, 0.9]) {
      for (const x of [-1.2, -0.1, 0.4, 1.5]) {
        const plus = share * density(x, Math.sqrt(alphaBar), 1 - alphaBar);
        const minus = (1 - share) * density(x, -Math.sqrt(alphaBar), 1 - alphaBar);
        expect(bestGuess('l2', share, alphaBar, x)).toBeCloseTo((plus - minus) / (plus + minus));
        expect(bestGuess('l1', share, alphaBar, x)).toBe(plus > minus ? 1 : -1);
      }
    }
  }
});

test.each([0.1, 0.3])('with L2 sampling keeps a rare share of %d, with L1 it loses it', async (share) => {
  const error = 4 * Math.sqrt((share * (1 - share)) / DRAWN);
  expect(Math.abs((await drawnShare('l2', share)) - share)).toBeLessThan(error);
  expect(await drawnShare('l1', share)).toBeLessThan(share / 2);
});
