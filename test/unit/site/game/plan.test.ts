import { InputError } from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deal, FEWEST_PICTURES, MOST_PICTURES, PICTURES, planRound } from '#site/views/game/rules/plan.ts';

const labels = Array.from({ length: 400 }, (_, i) => (i * 7) % 10);
const plan = (seed: number) => planRound({ seed, reals: 400, labels, classes: 10 });
const rounds = Array.from({ length: 4000 }, (_, seed) => plan(seed));
const share = (deals: readonly Deal[]) => deals.filter(({ kind }) => kind === 'synthetic').length / deals.length;
const seedOf = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('planRound', () => {
  it('deals the same round for the same seed and another for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(new Set(rounds.slice(0, 200).map((deals) => JSON.stringify(deals))).size).toBe(200);
  });

  it('keeps this round for this seed, so that old links hold', () => {
    expect(
      plan(7)
        .map(({ kind }) => kind[0])
        .join(''),
    ).toMatchInlineSnapshot(`"ssssrrrssr"`);
    expect(plan(7).slice(0, 2)).toMatchInlineSnapshot(`
      [
        {
          "conditions": {},
          "kind": "synthetic",
          "label": 8,
          "real": 144,
          "seed": 592580,
        },
        {
          "conditions": {},
          "kind": "synthetic",
          "label": 7,
          "real": 181,
          "seed": 123782,
        },
      ]
    `);
  });

  it('deals ten pictures, at least two of each kind and no real one twice', () => {
    fc.assert(
      fc.property(seedOf, (seed) => {
        const deals = plan(seed);
        const synthetic = deals.filter(({ kind }) => kind === 'synthetic').length;
        expect(deals).toHaveLength(PICTURES);
        expect(synthetic).toBeGreaterThanOrEqual(2);
        expect(synthetic).toBeLessThanOrEqual(8);
        expect(new Set(deals.map(({ real }) => real)).size).toBe(PICTURES);
      }),
    );
  });

  it('deals any number of pictures from 6 to 20, at least two of each kind', () => {
    fc.assert(
      fc.property(seedOf, fc.integer({ min: FEWEST_PICTURES, max: MOST_PICTURES }), (seed, pictures) => {
        const deals = planRound({ seed, pictures, reals: 40, classes: 0 });
        const synthetic = deals.filter(({ kind }) => kind === 'synthetic').length;
        expect(deals).toHaveLength(pictures);
        expect(Math.min(synthetic, pictures - synthetic)).toBeGreaterThanOrEqual(2);
        expect(new Set(deals.map(({ real }) => real)).size).toBe(pictures);
      }),
    );
    for (const pictures of [5, 21, 7.5]) {
      expect(() => planRound({ seed: 1, pictures, reals: 40, classes: 0 })).toThrow(
        `Cannot deal a round: pictures must be an integer from 6 to 20, received ${pictures}.`,
      );
    }
  });

  it('gives both pictures of a place the numbers of the real one, so that no age gives the kind away', () => {
    const boneage = Array.from({ length: 40 }, (_, i) => 3 * i);
    for (const { real, conditions } of planRound({ seed: 5, reals: 40, classes: 0, conditions: { boneage } })) {
      expect(conditions).toEqual({ boneage: 3 * real });
    }
  });

  it('flips a fair coin at every place', () => {
    for (let place = 0; place < PICTURES; place++) {
      expect(Math.abs(share(rounds.map((deals) => deals[place]!)) - 0.5)).toBeLessThan(0.04);
    }
  });

  it('flips it anew: neither the picture before nor those counted so far tell the next', () => {
    for (const kind of ['real', 'synthetic']) {
      const after = rounds.flatMap((deals) => deals.slice(1).filter((_, i) => deals[i]!.kind === kind));
      expect(Math.abs(share(after) - 0.5)).toBeLessThan(0.04);
      const ahead = rounds.filter((deals) => deals.slice(0, 5).filter((deal) => deal.kind === kind).length >= 4);
      expect(Math.abs(share(ahead.map((deals) => deals[5]!)) - 0.5)).toBeLessThan(0.06);
    }
  });

  it('gives every place the class of its real picture, whichever is shown', () => {
    for (const deals of rounds.slice(0, 500)) {
      for (const { label, real } of deals) expect(label).toBe(labels[real]);
    }
  });

  it('draws seeds and real pictures that tell nothing of the kind', () => {
    const all = rounds.flat();
    const mean = (kind: string, of: (deal: Deal) => number) => {
      const values = all.filter((deal) => deal.kind === kind).map(of);
      return values.reduce((sum, v) => sum + v, 0) / values.length;
    };
    expect(Math.abs(mean('real', ({ seed }) => seed) - mean('synthetic', ({ seed }) => seed))).toBeLessThan(10_000);
    expect(Math.abs(mean('real', ({ real }) => real) - mean('synthetic', ({ real }) => real))).toBeLessThan(4);
  });

  it('leaves labels out for a model without classes, and draws them where pictures have none', () => {
    expect(planRound({ seed: 1, reals: 10, classes: 0 }).every(({ label }) => label === null)).toBe(true);
    const drawn = planRound({ seed: 1, reals: 10, classes: 3 }).map(({ label }) => label);
    expect(drawn.every((label) => label === 0 || label === 1 || label === 2)).toBe(true);
  });

  it('refuses too few real pictures and a seed that is none', () => {
    expect(() => planRound({ seed: 1, reals: 9, classes: 0 })).toThrow(InputError);
    expect(() => planRound({ seed: -1, reals: 10, classes: 0 })).toThrow(InputError);
  });
});
