/** What answers are worth, what is kept of them, and the words that tell it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  balancedAccuracy,
  type Confusion,
  confusion,
  longestStreak,
  scoresByReason,
  shareOf,
  streak,
  verdict,
  verdictReason,
} from '#site/views/game/rules/score.ts';
import { TERMS } from '#site/views/game/rules/terms.ts';
import { nameOfClass } from '#site/views/game/rules/words.ts';
import { addRound, confusionOf, hasPlayed, parseRecord } from '#site/views/game/state/record.ts';

const right: Answer = { said: 'real', truth: 'real' };
const fooled: Answer = { said: 'real', truth: 'synthetic' };
const suspicious: Answer = { said: 'synthetic', truth: 'real' };
const caught: Answer = { said: 'synthetic', truth: 'synthetic' };
/** What was said of the real ones, then of the synthetic ones: real, synthetic. */
const counts = (...[a, b, c, d]: number[]): Confusion => ({
  real: { real: a!, synthetic: b! },
  synthetic: { real: c!, synthetic: d! },
});

it("shareOf has Wilson's interval, as scipy", async () => {
  const file = join(import.meta.dirname, '../../../golden/data/game/chance.json'); // by scripts/golden/measures/chance.py
  const { shares } = JSON.parse(await readFile(file, 'utf8')) as {
    shares: Record<'count' | 'of' | 'low' | 'high', number>[];
  };
  expect(shares.length).toBeGreaterThan(25);
  for (const { count, of, low, high } of shares) {
    const share = shareOf(count, of);
    expect(share.value).toBe(count / of);
    expect(share.low).toBeCloseTo(low, 12);
    expect(share.high).toBeCloseTo(high, 12);
  }
});

describe('balancedAccuracy', () => {
  it('is a half for one answer to all, and undefined where one kind was not shown', () => {
    expect([balancedAccuracy(counts(8, 0, 2, 0))?.value, balancedAccuracy(counts(3, 1, 0, 0))]).toEqual([
      0.5,
      undefined,
    ]);
  });

  it.each([
    [0.5, 0.5, 5, 5],
    [0.9, 0.6, 5, 5],
    [0.7, 0.7, 3, 7],
    [0.8, 0.9, 40, 60],
  ] as const)('has an interval that holds the truth about 95 times of 100: %d, %d of %i, %i', (p, q, n, m) => {
    let held = 0;
    for (let a = 0; a <= n; a++) {
      for (let b = 0; b <= m; b++) {
        const { low, high } = balancedAccuracy(counts(a, n - a, m - b, b))!;
        expect(Math.min(low, 1 - high)).toBeGreaterThanOrEqual(0);
        if (low <= (p + q) / 2 && (p + q) / 2 <= high) held += binomial(a, n, p) * binomial(b, m, q);
      }
    }
    expect(held).toBeGreaterThan(0.93);
  });
});

function binomial(k: number, n: number, p: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways * p ** k * (1 - p) ** (n - k);
}

it('streaks go on over rounds, and a score says what was taken for what, and for which reasons', () => {
  expect([streak([right, caught], 3), longestStreak([right, caught], 3)]).toEqual([5, 5]);
  expect([streak([right, fooled, caught], 3), longestStreak([right, fooled, caught], 3)]).toEqual([1, 4]);
  expect(confusion([right, fooled, fooled, suspicious, caught])).toEqual(counts(1, 1, 2, 1));
  const [reason, guess] = ['Fingers', 'Just a guess'];
  const given = [{ ...right, reason }, { ...fooled, reason }, { ...caught, reason: guess }, suspicious];
  expect(scoresByReason([...given, { ...right, reason: 'Lines' }], TERMS.phantom)).toEqual([
    { reason, right: 1, of: 2 },
    { reason: guess, right: 1, of: 1 },
  ]);
});

it('verdict calls better or worse than a coin only what the interval is apart from', () => {
  const answered = (known: number) => {
    const [reals, made] = [Math.ceil(known / 2), known >> 1];
    return Array.from({ length: 5 }, (_, i) => [i < reals ? right : suspicious, i < made ? caught : fooled]).flat();
  };
  const words = Array.from({ length: 11 }, (_, known) => verdict(answered(known), TERMS.real));
  expect(words).toEqual([
    ...Array(2).fill('The model had you there.'),
    ...Array(7).fill('A coin could have done that.'),
    ...['Better than a coin.', 'Nothing gets past you.'],
  ]);
  expect(verdictReason(answered(6), TERMS.real)).toBe(
    'You took 2 of 5 synthetic pictures for real, and 2 of 5 real pictures for synthetic. Balanced accuracy, which counts both kinds alike: 60 % (34 % to 80 %). A coin has 50 %.',
  );
  // no praise for one answer to all, nor for a bias that chance explains, though eight and nine are right
  const biased = [...Array<Answer>(8).fill(right), fooled];
  expect(verdict(biased, TERMS.phantom)).toBe('All phantoms? That tells nothing apart.');
  expect(verdict([...biased, caught], TERMS.real)).toBe('A coin could have done that.');
});

it('a record adds rounds to their model, and starts over where what is kept makes no sense', () => {
  const fresh = { best: 3, models: {} };
  const round = counts(4, 1, 2, 3);
  const twice = addRound(addRound(fresh, 'abc', round), 'abc', round);
  expect([hasPlayed(fresh), hasPlayed(twice)]).toEqual([false, true]);
  expect(twice).toEqual({ best: 3, models: { abc: { rounds: 2, shown: 10, passed: 4, reals: 10, doubted: 2 } } });
  expect(confusionOf(twice.models.abc!)).toEqual(counts(8, 2, 4, 6));
  expect(parseRecord(JSON.stringify(twice))).toEqual(twice);
  for (const text of [undefined, '', '{', '7', 'null', '[]', '{"best":-1}', '{"best":"9","models":{"a":null}}']) {
    expect(parseRecord(text)).toEqual({ best: 0, models: {} });
  }
  expect(parseRecord('{"best":2,"models":{"a":{"rounds":1,"shown":2,"passed":3}}}')).toEqual({ best: 2, models: {} });
});

it('words name classes, and never call phantoms real', () => {
  const names = [7, 8, 11, 18, 80].map((label) => nameOfClass(label, undefined));
  expect([...names, nameOfClass(0, ['cat'])]).toEqual(['a 7', 'an 8', 'an 11', 'an 18', 'an 80', '“cat”']);
  expect(JSON.stringify(Object.values(TERMS.phantom))).not.toMatch(/: ?"[^"]*\breal\b/);
});
