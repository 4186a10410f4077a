import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deal, FEWEST_PICTURES, MOST_PICTURES, PICTURES, planRound } from '#site/views/game/rules/plan.ts';

const labels = Array.from({ length: 400 }, (_, i) => (i * 7) % 10);
const boneage = labels.map((_, i) => 3 * i);
const plan = (seed: number) => planRound({ seed, reals: 400, labels, classes: 10, conditions: { boneage } });
const rounds = Array.from({ length: 4000 }, (_, seed) => plan(seed));
const offFair = (deals: readonly Deal[]) =>
  Math.abs(deals.filter(({ kind }) => kind === 'synthetic').length / deals.length - 0.5);

describe('planRound', () => {
  it('keeps this round for this seed, so that old links hold, and deals another for another', () => {
    expect(
      plan(7)
        .map(({ kind }) => kind[0])
        .join(''),
    ).toBe('ssssrrrssr');
    expect(plan(7).slice(0, 2)).toEqual([
      { kind: 'synthetic', label: 8, real: 144, seed: 592_580, conditions: { boneage: 432 } },
      { kind: 'synthetic', label: 7, real: 181, seed: 123_782, conditions: { boneage: 543 } },
    ]);
    expect(new Set(rounds.slice(0, 200).map((deals) => JSON.stringify(deals))).size).toBe(200);
  });

  it('deals any number of pictures from 6 to 20, at least two of each kind', () => {
    const pictures = fc.integer({ min: FEWEST_PICTURES, max: MOST_PICTURES });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), pictures, (seed, pictures) => {
        const deals = planRound({ seed, pictures, reals: 40, classes: 0 });
        const synthetic = deals.filter(({ kind }) => kind === 'synthetic').length;
        expect(Math.min(synthetic, pictures - synthetic)).toBeGreaterThanOrEqual(2);
        expect([deals.length, new Set(deals.map(({ real }) => real)).size]).toEqual([pictures, pictures]);
      }),
    );
    for (const pictures of [5, 21, 7.5]) {
      expect(() => planRound({ seed: 1, pictures, reals: 40, classes: 0 })).toThrow(
        `Cannot deal a round: pictures must be an integer from 6 to 20, received ${pictures}.`,
      );
    }
    for (const wrong of [
      { seed: 1, reals: 9 },
      { seed: -1, reals: 10 },
    ]) {
      expect(() => planRound({ ...wrong, classes: 0 })).toThrow(InputError);
    }
  });

  it('flips a fair coin at every place, anew: neither the picture before nor those counted so far tell the next', () => {
    for (let place = 0; place < PICTURES; place++) {
      expect(offFair(rounds.map((deals) => deals[place]!))).toBeLessThan(0.04);
    }
    for (const kind of ['real', 'synthetic']) {
      const after = rounds.flatMap((deals) => deals.slice(1).filter((_, i) => deals[i]!.kind === kind));
      expect(offFair(after)).toBeLessThan(0.04);
      const ahead = rounds.filter((deals) => deals.slice(0, 5).filter((deal) => deal.kind === kind).length >= 4);
      expect(offFair(ahead.map((deals) => deals[5]!))).toBeLessThan(0.06);
    }
  });

  it('gains little who looks at no picture, learns each answer and calls the kind that is more often left, as docs/game.md says', async () => {
    const docs = await readFile(join(import.meta.dirname, '../../../../docs/game.md'), 'utf8');
    for (const [, percent, pictures] of docs.matchAll(/(\d\d) % of (?:a round of )?(\d+)\b/g)) {
      const length = Number(pictures);
      let right = 0;
      for (let seed = 0; seed < 2000; seed++) {
        const seen = { real: 0, synthetic: 0 };
        for (const { kind } of planRound({ seed, pictures: length, reals: length, classes: 0 })) {
          if ((seen.real <= seen.synthetic ? 'real' : 'synthetic') === kind) right++;
          seen[kind]++;
        }
      }
      expect(Math.abs(right / (2000 * length) - Number(percent) / 100), `${length} pictures`).toBeLessThan(0.015);
    }
  });

  it('gives every place the class and numbers of its real picture', () => {
    for (const { label, real, conditions } of rounds.slice(0, 500).flat()) {
      expect([label, conditions.boneage]).toEqual([labels[real], 3 * real]);
    }
    const labelsOf = (classes: number) => planRound({ seed: 1, reals: 10, classes }).map(({ label }) => label);
    expect([new Set(labelsOf(0)), new Set(labelsOf(3))]).toEqual([new Set([null]), new Set([0, 1, 2])]);
  });
});
