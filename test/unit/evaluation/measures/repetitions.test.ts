/**
 * Each interval of 95 %, on many draws from the same distribution: how many hold the mean of all draws. Fewer than 90 of 100 are too few
 * for any measure that gives an interval at all, and from FEWEST_ROWS pictures on each gives one.
 */
import { gaussian } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { drawGroups, FEWEST_ROWS } from '#evaluation/measures/intervals.ts';
import { meanDice } from '#evaluation/measures/mask-dice.ts';
import { FAMILIES } from '#evaluation/measures/measures.ts';
import { numberErrors } from '#evaluation/measures/number-error.ts';
import type { Candidate, Family } from '#evaluation/measures/record.ts';
import { areaUnderCurve } from '#evaluation/membership/roc.ts';
import type { Estimate } from '#evaluation/sets/types.ts';
import { normals } from '#test/programs/measure-sets.ts';

const WIDTH = 6;
const SIDE = 8;

interface Distribution {
  scale: number;
  shift: number;
  /** What a unit normal exceeds where a picture is of another class than asked for. */
  wrong: number;
}

/** Features and gray pictures of one distribution; classes 0 to 3 in turn are asked for. */
function drawSet(rows: number, seed: number, { scale, shift, wrong }: Distribution): Candidate {
  const values = normals(rows, WIDTH, seed, scale, shift);
  const [grain, errors] = [new Float32Array(rows * SIDE * SIDE), new Float32Array(rows)];
  gaussian(seed, 0, grain, 1);
  gaussian(seed, 0, errors, 2);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 4);
  const pixels = Uint8ClampedArray.from(grain, (noise, i) => {
    const picture = Math.floor(i / (SIDE * SIDE)) * WIDTH;
    return 128 + 40 * Math.sin((i % SIDE) / 2 + values[picture]!) + 20 * values[picture + 1]! + 20 * noise;
  });
  return {
    images: { shape: [1, SIDE, SIDE], count: rows, pixels: Uint8Array.from(pixels), labels },
    features: {
      count: rows,
      width: WIDTH,
      values,
      classes: labels.map((k, i) => (errors[i]! > wrong ? (k + 1) % 4 : k)),
    },
  };
}

type Draw = (seed: number) => Estimate[] | Promise<Estimate[]>;

/** The share of the intervals that hold the mean of all draws, for each estimate; undefined where there are none. */
async function heldBy(draw: Draw, repetitions: number): Promise<(number | undefined)[]> {
  const all: Estimate[][] = [];
  for (let i = 0; i < repetitions; i++) all.push(await draw(1000 + i));
  return all[0]!.map((_, m) => {
    const mean = all.reduce((sum, estimates) => sum + estimates[m]!.value, 0) / repetitions;
    const intervals = all.flatMap((estimates) => estimates[m]!.interval ?? []);
    if (intervals.length === 0) return undefined;
    return all.filter(({ [m]: one }) => one!.interval![0] <= mean && mean <= one!.interval![1]).length / repetitions;
  });
}

const NEAR: Distribution = { scale: 1.2, shift: 0.4, wrong: 1.645 };
const SAME: Distribution = { scale: 1, shift: 0, wrong: 0.84 };
const FAR: Distribution = { scale: 1.5, shift: 1.5, wrong: 0.5 };
const OTHERS: [string, Distribution][] = [
  ['the same distribution', SAME],
  ['a distribution far away', FAR],
  ['pictures too much alike', { scale: 0.6, shift: 0.2, wrong: 1.645 }],
];

const reference = drawSet(300, 9999, SAME);

const gaugeOf = (family: Family, rows: number) =>
  family.prepare({ reference, seed: 1, groups: drawGroups(rows, 1), letOthersRun: async () => {} });

/** Chance moves a share of 150 by 0.04, one of 400 by 0.02. */
async function expectMeasures(distribution: Distribution, rows: number, repetitions: number, least: number) {
  for (const family of FAMILIES) {
    const gauge = await gaugeOf(family, rows);
    const shares = await heldBy((seed) => gauge(drawSet(rows, seed, distribution)), repetitions);
    for (const [m, { id }] of family.measures.entries()) {
      if (rows >= FEWEST_ROWS) expect(shares[m], id).toBeDefined();
      if (shares[m] !== undefined) expect(shares[m], `${id} of ${rows}`).toBeGreaterThanOrEqual(least);
    }
  }
}

describe('intervals hold the mean of repetitions', () => {
  test.each([20, FEWEST_ROWS])('of all measures of %i pictures nearby', (rows) =>
    expectMeasures(NEAR, rows, 150, 0.89),
  );

  describe.each(OTHERS)('of all measures of %s', { tags: 'long' }, (_, distribution) => {
    test.each([20, FEWEST_ROWS, 100])('%i pictures', (rows) => expectMeasures(distribution, rows, 400, 0.9));
  });
  test('of all measures of 100 pictures nearby', { tags: 'long' }, () => expectMeasures(NEAR, 100, 400, 0.9));

  test.each([9, 20, 60])('of means of %i numbers, one a picture', async (count) => {
    const shares = await heldBy((seed) => {
      const draws = Float64Array.from(normals(count, 1, seed));
      return [
        ...numberErrors(draws, new Float64Array(count), 1),
        meanDice(
          draws.map((x) => Math.exp(-x * x)),
          1,
        )!,
      ];
    }, 400);
    for (const share of shares) if (count >= 20 || share !== undefined) expect(share).toBeGreaterThanOrEqual(0.91);
  });

  const kinds = [[1, 10], [2, 10], [5, 5], [5, 20], [20, 20], [20, 100], [50, 50]] as const; // biome-ignore format: a line
  test.each(kinds)('of the area under the curve of %i and %i images', async (members, others) => {
    for (const apart of [0, 0.7, 1.5, 2.3, 3]) {
      const draw = (seed: number): Estimate[] => {
        const scores = Float64Array.from(normals(members + others, 1, seed));
        for (let i = 0; i < members; i++) scores[i]! += apart;
        const [own, held] = [scores.subarray(0, members), scores.subarray(members)];
        const { value, interval } = areaUnderCurve({ scores: own }, { scores: held });
        return [{ value, interval: interval(0.05) }];
      };
      const [share] = await heldBy(draw, 400);
      expect(share, `${apart} deviations apart`).toBeGreaterThanOrEqual(members === 1 ? 0.85 : 0.92);
    }
  });
});
