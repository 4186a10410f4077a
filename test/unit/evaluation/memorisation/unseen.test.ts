import { expect, test } from 'vitest';
import { mostUnseen } from '#evaluation/memorisation/unseen.ts';
import { conclude } from '#evaluation/memorisation/verdict.ts';

const always = [
  { copies: 0, found: 0.005 },
  { copies: 1, found: 1 },
];

test('where a single copy is always found, it is the rule of three', () => {
  for (const count of [100, 1000, 10_000]) {
    expect(mostUnseen(always, count)).toBeCloseTo(1 - 0.05 ** (1 / count), 8);
  }
});

test('where one of two single copies is found, the silence of each picture is less rare', () => {
  const half = Array.from({ length: 41 }, (_, copies) => ({ copies, found: copies === 0 ? 0.005 : 1 - 0.5 ** copies }));
  // Each picture then gives itself away with half the share, and later rows are as good as certain.
  expect(mostUnseen(half, 1000)).toBeCloseTo(2 * (1 - 0.05 ** (1 / 1000)), 6);
});

test('numbers that were not tried count as the next smaller one', () => {
  const rows = [
    { copies: 1, found: 0 },
    { copies: 10, found: 1 },
  ];
  // P(fewer than 10 of 1,000) = 5 % at 1.57 %, by scipy.stats.beta.ppf(0.95, 10, 991).
  expect(mostUnseen(rows, 1000)).toBeCloseTo(0.015_652_57, 8);
});

test('a search that misses a model of copies alone bounds nothing', () => {
  expect(mostUnseen([{ copies: 100, found: 0.9 }], 100)).toBeUndefined();
});

test('`none found` says how many copies may go unseen', () => {
  const { verdict, reason } = conclude({
    pValue: 0.5,
    tests: [],
    sensitivity: [...always, { copies: 50, found: 1 }],
    counts: { samples: 1000, training: 9500, heldOut: 500 },
    duplicates: { heldOut: 0, repeated: 0, training: 0 },
    search: { shift: 2, orientations: 8, neighbours: 16, reduced: 1 },
  });
  expect(verdict).toBe('none found');
  expect(reason).toContain('they may be up to 0.3 % of all that the model draws (with 95 % confidence)');
});
