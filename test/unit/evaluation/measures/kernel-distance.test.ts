import { expect, test } from 'vitest';
import { drawGroups } from '#evaluation/measures/intervals.ts';
import { kernelDistanceTo } from '#evaluation/measures/kernel-distance.ts';
import { normals, rotated } from '#test/programs/measure-sets.ts';

const WIDTH = 3;
const rows = (count: number, seed: number, scale = 1, shift = 0) =>
  Float64Array.from(normals(count, WIDTH, seed, scale, shift));

test('the mean over sets of the same distribution is 0, however few rows they have', async () => {
  const distance = await kernelDistanceTo(rows(5000, 99), WIDTH);
  let sum = 0;
  for (let seed = 0; seed < 300; seed++) sum += (await distance(rows(8, seed))).value / 300;
  expect(Math.abs(sum)).toBeLessThan(0.15); // the deviation of one is about 1
});

test('the distance is symmetric, and neither the order of rows nor a rotation changes it', async () => {
  const [one, other] = [rows(40, 1), rows(70, 2, 1.5, 1)];
  const { value } = await (await kernelDistanceTo(other, WIDTH))(one);
  expect(value).toBeGreaterThan(0.5);
  expect((await (await kernelDistanceTo(one, WIDTH))(other)).value).toBeCloseTo(value, 10);
  const reversed = Float64Array.from(one, (_, i) => one[(39 - Math.floor(i / WIDTH)) * WIDTH + (i % WIDTH)]!);
  expect((await (await kernelDistanceTo(other, WIDTH))(reversed)).value).toBeCloseTo(value, 10);
  const turned = (set: Float64Array) => rotated(Float32Array.from(set), WIDTH);
  expect((await (await kernelDistanceTo(turned(other), WIDTH))(turned(one))).value).toBeCloseTo(value, 10);
});

test('it knows the distance without some groups', async () => {
  const one = rows(50, 1, 1.2);
  const groups = drawGroups(50, 3);
  const distance = await kernelDistanceTo(rows(60, 2), WIDTH);
  const { without } = await distance(one, groups);
  for (const i of [0, 31, 32, 63]) {
    const left = Float64Array.from(
      one.filter((_, at) => !groups.leavings[i]!.includes(groups.of[Math.floor(at / WIDTH)]!)),
    );
    expect(without[i]).toBeCloseTo((await distance(left)).value, 10);
  }
});
