import { describe, expect, test } from 'vitest';
import {
  divergence,
  type Moment,
  meanOf,
  meanOfNoise,
  momentOf,
  noiseOf,
  noisyOf,
  pictureOf,
  STEPS,
  type Steps,
  T,
  weightOf,
} from '#site/views/learn/sampling/step/moments.ts';
import { DECIMALS } from '#site/views/learn/sampling/step/two-forms.tsx';

/** All but the last, which draws nothing. */
const momentsOf = (steps: Steps): Moment[] => Array.from({ length: steps - 1 }, (_, i) => momentOf(steps, i + 2));

describe.each(STEPS)('one step back, of %i', (steps) => {
  test('is the product of the bells of both of its sides', () => {
    for (const moment of momentsOf(steps)) {
      const { alpha, beta, alphaBarBefore, sigma } = moment;
      const [x, x0] = [0.7, -0.4];
      const precision = alpha / beta + 1 / (1 - alphaBarBefore);
      const mean =
        ((Math.sqrt(alpha) * x) / beta + (Math.sqrt(alphaBarBefore) * x0) / (1 - alphaBarBefore)) / precision;
      expect(meanOf(moment, x, x0)).toBeCloseTo(mean, 10);
      expect(sigma ** 2).toBeCloseTo(1 / precision, 12);
    }
  });

  test('is one number in both forms, to the last digit that is shown', () => {
    for (const moment of [momentOf(steps, 1), ...momentsOf(steps)]) {
      for (const x of [-1.85, -0.3, 0.9, 2]) {
        for (const noise of [-2, -0.05, 0.7, 1.5]) {
          const ours = meanOf(moment, x, pictureOf(moment, x, noise));
          const theirs = meanOfNoise(moment, x, noise);
          expect(ours.toFixed(DECIMALS), `t = ${moment.t}, x = ${x}, noise = ${noise}`).toBe(theirs.toFixed(DECIMALS));
        }
      }
    }
  });

  test('takes the whole schedule in turn, and ends with the picture', () => {
    const all = Array.from({ length: steps }, (_, i) => momentOf(steps, i + 1));
    expect(all[0]).toMatchObject({ to: 0, a: 0, b: 1, sigma: 0, alphaBarBefore: 1 });
    for (const [i, { to }] of all.entries()) expect(to).toBe(all[i - 1]?.t ?? 0);
    expect(all.at(-1)!.t).toBeGreaterThan(T - T / steps);
    expect(all.reduce((product, { alpha }) => product * alpha, 1)).toBeCloseTo(all.at(-1)!.alphaBar, 12);
  });

  test('has the divergence of an integral, which is a weight times the square of the error of the noise', () => {
    for (const moment of momentsOf(steps).filter((_, i) => i % 7 === 0)) {
      const x = noisyOf(moment, 0.6, 0.8);
      const off = 0.35;
      const guess = meanOf(moment, x, pictureOf(moment, x, 0.8 + off));
      const mean = meanOf(moment, x, 0.6);
      const { sigma } = moment;
      const density = (value: number, around: number) =>
        Math.exp(-((value - around) ** 2) / (2 * sigma ** 2)) / Math.sqrt(2 * Math.PI) / sigma;
      let integral = 0;
      const width = sigma / 200;
      for (let value = mean - 8 * sigma; value < mean + 8 * sigma; value += width) {
        const ratio = ((value - guess) ** 2 - (value - mean) ** 2) / (2 * sigma ** 2);
        integral += density(value, mean) * ratio * width;
      }
      const apart = divergence(mean, guess, sigma);
      expect(integral / apart).toBeCloseTo(1, 6);
      expect((weightOf(moment) * off ** 2) / apart).toBeCloseTo(1, 8);
    }
  });
});

test('picture and noise are found from each other', () => {
  for (const number of [2, 9, 20]) {
    const moment = momentOf(20, number);
    const x = noisyOf(moment, 0.6, 0.8);
    expect(pictureOf(moment, x, 0.8)).toBeCloseTo(0.6, 12);
    expect(noiseOf(moment, x, 0.6)).toBeCloseTo(0.8, 12);
  }
});

test('the weight of the noise falls with t, and with all steps the bells nearly coincide, as the chapter says', () => {
  for (const steps of STEPS) {
    const weights = momentsOf(steps).map(weightOf);
    expect(weights[0]).toBeGreaterThan(10 * weights[Math.floor(weights.length / 2)]!);
  }
  for (let number = 30; number <= T; number++) expect(weightOf(momentOf(T, number))).toBeLessThan(0.1);
});
