import { describe, expect, it } from 'vitest';
import { epsilonOf, sigmaFor } from '#training/privacy/account.ts';
import { selfConvolve } from '#training/privacy/fourier.ts';
import { createMeter, type Ledger, spentAt } from '#training/privacy/ledger.ts';
import { erfc, upperTail } from '#training/privacy/normal.ts';
import { stepLosses } from '#training/privacy/step-losses.ts';

describe('erfc', () => {
  // By mpmath with 30 digits.
  it.each([
    [0.3, 0.6713732405408726],
    [1, 0.15729920705028513],
    [5, 1.537459794428035e-12],
    [20, 5.395865611607901e-176],
    [-1, 1.8427007929497148],
  ])('%f', (x, value) => expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(4e-15));
});

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

describe('the losses of a step', () => {
  it.each(['remove', 'add'] as const)('%s: have masses of 1 by both distributions', (direction) => {
    const { width, first, masses, infinite } = stepLosses({ sigma: 0.8, rate: 0.02 }, direction, 1e-3);
    const sum = (weigh: (loss: number) => number) =>
      masses.reduce((total, mass, i) => total + mass * weigh((first + i) * width), 0);
    expect(sum(() => 1) + infinite).toBeCloseTo(1, 12);
    // Of the other one: mass e^-loss.
    expect(sum((loss) => Math.exp(-loss))).toBeCloseTo(1, 12);
  });
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

  it('falls with noise and rises with steps, rate and a smaller delta', () => {
    const usual = { sigma: 1, rate: 0.01, steps: 500, delta: 1e-5 };
    const epsilon = epsilonOf(usual);
    expect(epsilonOf({ ...usual, sigma: 1.1 })).toBeLessThan(epsilon);
    expect(epsilonOf({ ...usual, steps: 600 })).toBeGreaterThan(epsilon);
    expect(epsilonOf({ ...usual, rate: 0.011 })).toBeGreaterThan(epsilon);
    expect(epsilonOf({ ...usual, delta: 1e-6 })).toBeGreaterThan(epsilon);
  });

  it('is nothing without a step, or where delta allows as much', () => {
    expect(epsilonOf({ sigma: 1, rate: 0.01, steps: 0, delta: 1e-5 })).toBe(0);
    expect(epsilonOf({ sigma: 1, rate: 1e-4, steps: 1, delta: 1e-3 })).toBe(0);
  });
});

describe('the noise for an epsilon', () => {
  it.each([0.5, 3, 20])('spends %f and no more', (epsilon) => {
    const account = { rate: 0.02, steps: 300, delta: 1e-5 };
    const spent = epsilonOf({ ...account, sigma: sigmaFor(epsilon, account)! });
    expect(spent).toBeLessThanOrEqual(epsilon);
    expect(spent).toBeGreaterThan(0.995 * epsilon);
  });
});

it('a meter never shows less than was spent, and all of it at the end', () => {
  const promised = {
    epsilon: 3,
    delta: 1e-5,
    clip: 1,
    timesteps: 1,
    unit: 'image',
    records: 500,
    batch: 10,
    steps: 40,
  };
  const ledger: Ledger = { ...promised, unit: 'image', sigma: 0.8, images: '' };
  const meter = createMeter(ledger);
  let before = 0;
  for (const steps of [1, 2, 7, 19, 39]) {
    expect(meter(steps)).toBeGreaterThanOrEqual(spentAt(ledger, steps));
    expect(meter(steps)).toBeGreaterThanOrEqual(before);
    before = meter(steps);
  }
  expect(meter(40)).toBe(spentAt(ledger, 40));
});
