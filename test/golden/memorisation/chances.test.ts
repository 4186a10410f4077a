/** Against scipy's distributions; the numbers are made by scripts/golden/measures/memorisation.py. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chanceBelow, rateBelow } from '#evaluation/memorisation/chance.ts';
import { mannWhitney } from '#evaluation/memorisation/compare.ts';

interface Golden {
  below: { least: number; count: number; rank: number; heldOut: number; chance: number }[];
  rates: { rank: number; heldOut: number; interval: [number, number] }[];
  ranks: { a: number[]; b: number[]; lower: number; z: number }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../data/memorisation/chances.json', import.meta.url), 'utf8'),
) as Golden;

test('the chance of so many below a held-out score is beta-binomial', () => {
  for (const { least, count, rank, heldOut, chance } of golden.below) {
    const ours = chanceBelow(least, count, rank, heldOut);
    expect(Math.abs(ours - chance), `${least} of ${count}, rank ${rank} of ${heldOut}`).toBeLessThan(1e-8 * chance);
  }
});

test('the rate of false alarms has the interval of its beta distribution', () => {
  for (const { rank, heldOut, interval } of golden.rates) {
    const ours = rateBelow(rank, heldOut);
    expect(ours.value).toBe(rank / (heldOut + 1));
    for (const end of [0, 1] as const) expect(Math.abs(ours.interval[end] - interval[end])).toBeLessThan(1e-10);
  }
});

test("ranks with ties give Mann and Whitney's statistic", () => {
  for (const { a, b, lower, z } of golden.ranks) {
    const ours = mannWhitney(Float64Array.from(a), Float64Array.from(b));
    expect(ours.lower).toBeCloseTo(lower, 12);
    expect(ours.z).toBeCloseTo(z, 8);
  }
});
