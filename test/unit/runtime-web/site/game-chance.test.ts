import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { expect, it } from 'vitest';
import { atLeast, leastBeyondChance } from '#site/views/game/chance.ts';

interface Row {
  of: number;
  atLeast: number[];
  least: number | null;
}

/** Made by scripts/golden/binomial.py with scipy. */
const table = JSON.parse(
  await readFile(join(import.meta.dirname, '../../../golden/data/game/binomial.json'), 'utf8'),
) as Row[];

it('atLeast is the binomial tail of scipy, for rounds of 1 to 40', () => {
  expect(table).toHaveLength(40);
  for (const row of table) {
    for (const [right, probability] of row.atLeast.entries()) {
      expect(Math.abs(atLeast(right, row.of) - probability)).toBeLessThan(1e-12);
    }
  }
});

it('leastBeyondChance is the least score with p < 0.05, undefined where no score is', () => {
  expect(table.map(({ of }) => leastBeyondChance(of))).toEqual(table.map(({ least }) => least ?? undefined));
  expect(leastBeyondChance(10)).toBe(9);
});

it('atLeast refuses what is no score', () => {
  expect(() => atLeast(11, 10)).toThrow(InputError);
  expect(() => atLeast(1, 0)).toThrow(InputError);
});
