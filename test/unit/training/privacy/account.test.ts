import { describe, expect, it } from 'vitest';
import { epsilonOf, sigmaFor } from '#training/privacy/account.ts';
import { selfConvolve } from '#training/privacy/fourier.ts';
import { createMeter, type Ledger, spentAt } from '#training/privacy/ledger.ts';
import { upperTail } from '#training/privacy/normal.ts';

it('a distribution is convolved with itself as often as asked', () => {
  const masses = Float64Array.of(0.5, 0.25, 0.125, 0.125, 0, 0, 0, 0);
  const direct = (times: number): number[] => {
    if (times === 1) return [...masses];
    const before = direct(times - 1);
    return before.map((_, sum) => before.reduce((total, mass, i) => total + mass * masses[(sum - i + 8) % 8]!, 0));
  };
  const found = selfConvolve(masses, 5);
  for (const [i, mass] of direct(5).entries()) expect(found[i]).toBeCloseTo(mass, 14);
});

describe('epsilon', () => {
  /** Balle & Wang 2018 (arXiv 1805.06530), theorem 8: delta of normal noise without sampling. */
  const deltaOf = (epsilon: number, sigma: number) =>
    upperTail(epsilon * sigma - 1 / (2 * sigma)) - Math.exp(epsilon) * upperTail(epsilon * sigma + 1 / (2 * sigma));

  it.each([
    [1, 1, 1e-5],
    [4, 10, 1e-6],
    [50, 1000, 1e-10],
    [0.7, 30, 1e-3],
  ])('without sampling it is that of one normal: sigma %f, %i steps', (sigma, steps, delta) => {
    const epsilon = epsilonOf({ sigma, rate: 1, steps, delta });
    const together = sigma / Math.sqrt(steps);
    expect(deltaOf(epsilon, together)).toBeLessThanOrEqual(delta);
    expect(deltaOf(epsilon * 0.995, together)).toBeGreaterThan(delta);
  });

  it('is nothing without a step, or where delta allows as much', () => {
    expect(epsilonOf({ sigma: 1, rate: 0.01, steps: 0, delta: 1e-5 })).toBe(0);
    expect(epsilonOf({ sigma: 1, rate: 1e-4, steps: 1, delta: 1e-3 })).toBe(0);
  });
});

it.each([0.5, 3, 20])('the noise for an epsilon of %f spends that and no more', (epsilon) => {
  const account = { rate: 0.02, steps: 300, delta: 1e-5 };
  const spent = epsilonOf({ ...account, sigma: sigmaFor(epsilon, account)! });
  expect(spent).toBeLessThanOrEqual(epsilon);
  expect(spent).toBeGreaterThan(0.995 * epsilon);
});

it('a meter never shows less than was spent, and all of it at the end', () => {
  const ledger: Ledger = {
    epsilon: 3,
    delta: 1e-5,
    clip: 1,
    timesteps: 1,
    unit: 'image',
    sigma: 0.8,
    records: 500,
    batch: 10,
    steps: 40,
    images: '',
  };
  const meter = createMeter(ledger);
  let before = 0;
  for (const steps of [1, 2, 7, 19, 39]) {
    expect(meter(steps)).toBeGreaterThanOrEqual(spentAt(ledger, steps));
    expect(meter(steps)).toBeGreaterThanOrEqual(before);
    before = meter(steps);
  }
  expect(meter(40)).toBe(spentAt(ledger, 40));
});
