import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Account, epsilonOf } from '#training/privacy/account.ts';

/** Made by scripts/golden/privacy/account.py. */
const golden: (Account & { epsilon: number })[] = JSON.parse(
  readFileSync(new URL('../data/privacy/account.json', import.meta.url), 'utf8'),
);

it("accounts as Google's dp-accounting does, to 1 %, and for no less", () => {
  expect(golden.length).toBeGreaterThanOrEqual(100);
  for (const { epsilon, ...account } of golden) {
    const share = epsilonOf(account) / epsilon;
    expect(share, JSON.stringify({ ...account, epsilon })).toBeGreaterThan(0.99);
    expect(share, JSON.stringify({ ...account, epsilon })).toBeLessThan(1.01);
  }
});
