import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { balancedAccuracy, type Confusion, counterShare, shareOf, shuffled } from '#site/views/game/rules/chance.ts';
import { FEWEST, type Kind, planRound } from '#site/views/game/rules/plan.ts';

type Table = [[number, number], [number, number]];
/** What was said of the real ones, then of the synthetic ones: real, synthetic. */
const confusionOf = (...[a, b, c, d]: number[]): Confusion => ({
  real: { real: a!, synthetic: b! },
  synthetic: { real: c!, synthetic: d! },
});

/** Made by scripts/golden/chance.py with scipy. */
const golden = JSON.parse(
  await readFile(join(import.meta.dirname, '../../../golden/data/game/chance.json'), 'utf8'),
) as {
  shares: { count: number; of: number; low: number; high: number }[];
  tables: { table: Table; asWell: number; asBadly: number }[];
};

it("shareOf has Wilson's interval, as scipy", () => {
  expect(golden.shares.length).toBeGreaterThan(25);
  for (const { count, of, low, high } of golden.shares) {
    const share = shareOf(count, of);
    expect(share.value).toBe(count / of);
    expect(share.low).toBeCloseTo(low, 12);
    expect(share.high).toBeCloseTo(high, 12);
  }
  expect(() => shareOf(1, 0)).toThrow(InputError);
  expect(() => shareOf(3, 2)).toThrow(InputError);
});

it("shuffled is Fisher's exact test, as scipy, for all tables of ten pictures", () => {
  expect(golden.tables).toHaveLength(286);
  for (const { table, asWell, asBadly } of golden.tables) {
    const chance = shuffled(confusionOf(...table.flat()));
    expect(chance.asWell).toBeCloseTo(asWell, 12);
    expect(chance.asBadly).toBeCloseTo(asBadly, 12);
  }
});

describe('balancedAccuracy', () => {
  it('is a half for one answer to all, however many of them are right', () => {
    const accuracy = balancedAccuracy(confusionOf(8, 0, 2, 0))!;
    expect(accuracy.value).toBe(0.5);
    expect(accuracy.low).toBeLessThan(0.5);
    expect(accuracy.high).toBeGreaterThan(0.5);
  });

  it('stays between 0 and 1', () => {
    const all = balancedAccuracy(confusionOf(5, 0, 0, 5))!;
    const none = balancedAccuracy(confusionOf(0, 5, 5, 0))!;
    expect([all.value, all.high, none.value, none.low]).toEqual([1, 1, 0, 0]);
    expect(all.low).toBeCloseTo(1 - none.high, 12);
  });

  it('is undefined where one kind was not shown', () => {
    expect(balancedAccuracy(confusionOf(3, 1, 0, 0))).toBeUndefined();
  });

  it('has an interval that holds the truth about 95 times of 100', () => {
    for (const [p, q, n, m] of [
      [0.5, 0.5, 5, 5],
      [0.9, 0.6, 5, 5],
      [0.7, 0.7, 3, 7],
      [0.8, 0.9, 40, 60],
    ] as const) {
      const truth = (p + q) / 2;
      let held = 0;
      for (let a = 0; a <= n; a++) {
        for (let b = 0; b <= m; b++) {
          const { low, high } = balancedAccuracy(confusionOf(a, n - a, m - b, b))!;
          if (low <= truth && truth <= high) held += binomial(a, n, p) * binomial(b, m, q);
        }
      }
      expect(held, `${p}, ${q} of ${n}, ${m}`).toBeGreaterThan(0.93);
    }
  });
});

function binomial(k: number, n: number, p: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways * p ** k * (1 - p) ** (n - k);
}

describe('counterShare', () => {
  it('is what docs/game.md says', async () => {
    const docs = await readFile(join(import.meta.dirname, '../../../../docs/game.md'), 'utf8');
    const [six, ten, twenty] = [6, 10, 20].map((pictures) => `${Math.round(100 * counterShare(pictures))} %`);
    expect(docs).toContain(`${six} of a round of 6 pictures, in ${ten} of 10, and in ${twenty} of 20`);
    expect(counterShare(6)).toBeCloseTo(0.57, 12);
    expect(() => counterShare(3)).toThrow(InputError);
  });

  it('is what a player who only counts reaches in dealt rounds', () => {
    const [rounds, pictures] = [2000, 6];
    let right = 0;
    for (let seed = 0; seed < rounds; seed++) {
      const seen = { real: 0, synthetic: 0 };
      for (const { kind } of planRound({ seed, pictures, reals: pictures, classes: 0 })) {
        const left = (one: Kind) => chanceOf(one, seen, pictures);
        if ((left('real') > left('synthetic') ? 'real' : 'synthetic') === kind) right++;
        seen[kind]++;
      }
    }
    expect(Math.abs(right / (rounds * pictures) - counterShare(pictures))).toBeLessThan(0.015);
  });
});

/** How many ways there are to end a round in which the next is of a kind, one by one. */
function chanceOf(next: Kind, seen: Readonly<Record<Kind, number>>, pictures: number): number {
  const after = { ...seen, [next]: seen[next] + 1 };
  const left = pictures - after.real - after.synthetic;
  const ends = Array.from({ length: 2 ** left }, (_, bits) => bits.toString(2).replaceAll('0', '').length);
  return ends.filter((more) => after.real + more >= FEWEST && after.synthetic + left - more >= FEWEST).length;
}
