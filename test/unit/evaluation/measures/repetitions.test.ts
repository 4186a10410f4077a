import { describe, expect, test } from 'vitest';
import { frechet } from '#evaluation/measures/frechet.ts';
import { drawGroups, jackknife } from '#evaluation/measures/intervals.ts';
import { kernelDistance } from '#evaluation/measures/kernel-distance.ts';
import { neighbours } from '#evaluation/measures/neighbours.ts';
import type { Family } from '#evaluation/measures/record.ts';
import { drawDirections, slicedWassersteinTo } from '#evaluation/measures/sliced-wasserstein.ts';
import type { Estimate } from '#evaluation/sets/types.ts';
import { normalSet } from '#test/programs/measure-sets.ts';

/** Each measure of many sets of the same normal distribution, against the same reference. */
const ROWS = 128;
const WIDTH = 6;
const REPETITIONS = 120;
const reference = normalSet(300, WIDTH, 9999);
const letOthersRun = async () => {};

/** The sliced distance with fewer directions, for speed. */
const sliced: Family = {
  measures: [{ id: 'sliced_wasserstein', name: '', better: 'lower', how: '', interval: '' }],
  applies: () => true,
  prepare: async ({ groups }) => {
    const distance = await slicedWassersteinTo(reference.images, drawDirections(WIDTH, 1, 12));
    return async ({ images }) => {
      const { value, without } = await distance(images, groups);
      return [jackknife(value, without, { min: 0 })];
    };
  },
};

/** The share of the intervals that hold the mean of all repetitions, for each measure of a family. */
async function shares(family: Family, scale: number, shift: number): Promise<[id: string, share: number][]> {
  const groups = drawGroups(ROWS, 1); // random rows need no other random groups
  const gauge = await family.prepare({ reference, seed: 1, groups, letOthersRun });
  const all: Estimate[][] = [];
  for (let i = 0; i < REPETITIONS; i++) all.push(await gauge(normalSet(ROWS, WIDTH, 1000 + i, scale, shift)));
  return family.measures.map(({ id }, m) => {
    const mean = all.reduce((sum, estimates) => sum + estimates[m]!.value, 0) / REPETITIONS;
    const held = all.filter((estimates) => {
      const [low, high] = estimates[m]!.interval!;
      return low <= mean && mean <= high;
    });
    return [id, held.length / REPETITIONS];
  });
}

const DISTRIBUTIONS: [string, number, number][] = [
  ['a distribution nearby', 1.2, 0.4],
  ['the same distribution', 1, 0],
  ['a distribution far away', 1.5, 1.5],
];
const TITLE = 'of %s, nearly 95 of 100 intervals hold the mean of all repetitions';
describe.each(DISTRIBUTIONS.slice(0, 1))(TITLE, held);
describe.each(DISTRIBUTIONS.slice(1))(TITLE, { tags: 'long' }, held);

function held(_: string, scale: number, shift: number): void {
  test.each([
    ['Frechet distance', frechet],
    ['kernel distance', kernelDistance],
    ['sliced Wasserstein distance', sliced],
    ['precision, recall, density and coverage', neighbours],
  ])('%s', async (__, family) => {
    // 120 intervals of which 95 % hold are from 0.9 to 0.99; statistics of 128 rows are somewhat skew.
    for (const [id, share] of await shares(family, scale, shift)) {
      expect(share, id).toBeGreaterThanOrEqual(0.88);
      expect(share, id).toBeLessThanOrEqual(1);
    }
  });
}
