import { expect, test } from 'vitest';
import { drawGroups } from '#evaluation/measures/intervals.ts';
import { kernelDistanceTo } from '#evaluation/measures/kernel-distance.ts';
import { normals } from '#test/programs/measure-sets.ts';

const WIDTH = 3;
const rows = (count: number, seed: number, scale = 1, shift = 0) =>
  Float64Array.from(normals(count, WIDTH, seed, scale, shift));

test('it knows the distance without some groups', async () => {
  const one = rows(50, 1, 1.2);
  const groups = drawGroups(50, 3);
  const distance = await kernelDistanceTo(rows(60, 2), WIDTH);
  const { without } = await distance(one, groups);
  for (const i of [0, 15, 31]) {
    const left = Float64Array.from(one.filter((_, at) => groups.of[Math.floor(at / WIDTH)] !== groups.leavings[i]));
    expect(without[i]).toBeCloseTo((await distance(left)).value, 10);
  }
});
