import { describe, expect, test } from 'vitest';
import {
  divergence,
  meanOf,
  momentOf,
  noisyOf,
  pictureOf,
  STEPS,
  T,
  weightOf,
} from '#site/views/learn/sampling/bells.tsx';

describe.each(STEPS)('one step back, of %i', (steps) => {
  const all = Array.from({ length: steps }, (_, i) => momentOf(steps, i + 1));
  /** But for the last, which draws nothing. */
  const drawing = all.slice(1);

  test('is the product of the bells of both of its sides', () => {
    for (const moment of drawing) {
      const { alpha, beta, alphaBarBefore, sigma } = moment;
      const [x, x0] = [0.7, -0.4];
      const precision = alpha / beta + 1 / (1 - alphaBarBefore);
      const mean = (Math.sqrt(alpha) * x) / beta + (Math.sqrt(alphaBarBefore) * x0) / (1 - alphaBarBefore);
      expect(meanOf(moment, x, x0)).toBeCloseTo(mean / precision, 10);
      expect(sigma ** 2).toBeCloseTo(1 / precision, 12);
      expect(pictureOf(moment, noisyOf(moment, 0.6, 0.8), 0.8)).toBeCloseTo(0.6, 10);
    }
  });

  test('has the divergence of an integral, which is a weight times the square of the error of the noise', () => {
    for (const moment of drawing.filter((_, i) => i % 7 === 0)) {
      const { sigma } = moment;
      const x = noisyOf(moment, 0.6, 0.8);
      const mean = meanOf(moment, x, 0.6);
      const guess = meanOf(moment, x, pictureOf(moment, x, 1.15));
      let integral = 0;
      for (let off = -8; off < 8; off += 0.005) {
        const apart = off + (mean - guess) / sigma;
        integral += (Math.exp(-(off ** 2) / 2) / Math.sqrt(2 * Math.PI)) * ((apart ** 2 - off ** 2) / 2) * 0.005;
      }
      const told = divergence(mean, guess, sigma);
      expect(integral / told).toBeCloseTo(1, 6);
      expect((weightOf(moment) * 0.35 ** 2) / told).toBeCloseTo(1, 8);
    }
  });

  test('weighs the noise less at large t', () => {
    const weights = drawing.map(weightOf);
    expect(weights[0]).toBeGreaterThan(10 * weights[Math.floor(weights.length / 2)]!);
    if (steps === T) expect(Math.max(...weights.slice(28)), 'the bells nearly coincide').toBeLessThan(0.1);
  });
});
