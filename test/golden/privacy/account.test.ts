import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eachLong } from '#test/each-long.ts';
import { type Account, epsilonOf } from '#training/privacy/account.ts';

/** Made by scripts/golden/account.py. */
const golden: (Account & { epsilon: number })[] = JSON.parse(
  readFileSync(new URL('../data/privacy/account.json', import.meta.url), 'utf8'),
);

const GROUPS = [0, 1, 2, 3].map((group) => ({ group, rows: golden.filter((_, i) => i % 4 === group) }));

eachLong(GROUPS, "accounts as Google's dp-accounting does, to 1 %, and for no less: rows $group", async ({ rows }) => {
  expect(rows.length).toBeGreaterThanOrEqual(25);
  for (const { epsilon, ...account } of rows) {
    const share = epsilonOf(account) / epsilon;
    expect(share, JSON.stringify({ ...account, epsilon })).toBeGreaterThan(0.99);
    expect(share, JSON.stringify({ ...account, epsilon })).toBeLessThan(1.01);
  }
});
