import { expect, test } from 'vitest';
import { drawGroups } from '#evaluation/measures/intervals.ts';
import { drawDirections, slicedWassersteinTo } from '#evaluation/measures/sliced-wasserstein.ts';
import { normalSet } from '#test/programs/measure-sets.ts';

const WIDTH = 16;
const directions = drawDirections(WIDTH, 1);

async function distance(one: { count: number; pixels: Uint8Array }, other: { count: number; pixels: Uint8Array }) {
  return (await (await slicedWassersteinTo(other, directions))(one)).value;
}

test('directions have length 1 and depend on the seed alone', () => {
  for (let d = 0; d < 128; d++) {
    expect(Math.hypot(...directions.subarray(d * WIDTH, (d + 1) * WIDTH))).toBeCloseTo(1, 12);
  }
  expect(drawDirections(WIDTH, 1)).toEqual(directions);
  expect(drawDirections(WIDTH, 2)).not.toEqual(directions);
});

test('pictures that are brighter by some levels are that far away', async () => {
  const { images } = normalSet(200, WIDTH, 1, 0.5);
  const brighter = { ...images, pixels: images.pixels.map((level) => level + 20) };
  // E (u 1)^2 = 1 for a vector of ones times the root of 16: the mean over 128 directions is near it.
  const shift = Array.from({ length: 128 }, (_, d) =>
    directions.subarray(d * WIDTH, (d + 1) * WIDTH).reduce((sum, u) => sum + u, 0),
  );
  const expected = 20 * Math.sqrt(shift.reduce((sum, s) => sum + s * s, 0) / 128);
  expect(await distance(brighter, images)).toBeCloseTo(expected, 10);
  expect(Math.abs(expected - 20)).toBeLessThan(3);
});

test('independent normals of two deviations are the difference of the deviations apart', async () => {
  const [one, other] = [normalSet(5000, WIDTH, 1, 1).images, normalSet(5000, WIDTH, 2, 0.5).images];
  expect(Math.abs((await distance(one, other)) - 15)).toBeLessThan(0.4);
});

test('the distance is 0 for the same pictures, symmetric, and blind to their order and to repetition', async () => {
  const [one, other] = [normalSet(30, WIDTH, 1).images, normalSet(70, WIDTH, 2, 1.4).images];
  expect(await distance(one, one)).toBe(0);
  const far = await distance(one, other);
  expect(far).toBeGreaterThan(5);
  expect(await distance(other, one)).toBeCloseTo(far, 10);
  const reversed = one.pixels.map((_, i) => one.pixels[(29 - Math.floor(i / WIDTH)) * WIDTH + (i % WIDTH)]!);
  expect(await distance({ count: 30, pixels: reversed }, other)).toBeCloseTo(far, 10);
  const twice = { count: 60, pixels: Uint8Array.of(...one.pixels, ...one.pixels) };
  expect(await distance(twice, other)).toBeCloseTo(far, 10);
});

test('it knows the distance without some groups', async () => {
  const [one, other] = [normalSet(50, WIDTH, 1).images, normalSet(40, WIDTH, 2, 1.4).images];
  const groups = drawGroups(50, 3);
  const { without } = await (await slicedWassersteinTo(other, directions))(one, groups);
  for (const i of [0, 31, 32, 63]) {
    const left = one.pixels.filter((_, at) => !groups.leavings[i]!.includes(groups.of[Math.floor(at / WIDTH)]!));
    expect(without[i]).toBeCloseTo(await distance({ count: left.length / WIDTH, pixels: left }, other), 10);
  }
});
