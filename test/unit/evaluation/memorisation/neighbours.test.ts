import { expect, test } from 'vitest';
import { shiftOf } from '#evaluation/memorisation/geometry.ts';
import { scoresOf } from '#evaluation/memorisation/neighbours.ts';
import { pixelNeighbours } from '#evaluation/memorisation/pixel-neighbours.ts';
import { plantCopies } from '#evaluation/memorisation/plant.ts';
import { change, digitGroups, pick, upTo } from '#test/evaluate/digits.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const folder = temporaryFolder();

test('reduced pictures lead to the training image that all distances say is nearest', { tags: 'long' }, async () => {
  const { training, fresh } = await digitGroups(folder, { training: 300, fresh: 25 });
  const samples = pick(training, [3, 50, 290]);
  const moved = change(samples, (at, x, y) => at(x + 1, y - 2));
  const pictures = { ...fresh, count: 28, pixels: Uint8Array.from([...fresh.pixels, ...moved.pixels]) };
  const found = await pixelNeighbours(pictures, training);
  // A few training images at a time: then all distances are measured exactly.
  const least = new Float64Array(28).fill(Infinity);
  for (let first = 0; first < 300; first += 15) {
    const some = await pixelNeighbours(
      pictures,
      pick(
        training,
        upTo(15).map((i) => first + i),
      ),
    );
    for (let i = 0; i < 28; i++) least[i] = Math.min(least[i]!, some.distances[i * some.each]!);
  }
  expect(Array.from(least, (_, i) => found.distances[16 * i]!)).toEqual(Array.from(least));
  expect(
    Array.from(found.training)
      .filter((_, i) => i % 16 === 0)
      .slice(25),
  ).toEqual([3, 50, 290]);
});

test('planted copies are nearer than real digits, whatever was changed', { tags: 'long' }, async () => {
  const { training, fresh } = await digitGroups(folder, { training: 1000, fresh: 100 });
  const planted = await plantCopies(training, 100, 2);
  expect(planted.count).toBe(100);
  expect(await plantCopies(training, 100, 2)).toEqual(planted);
  const highest = Math.max(...scoresOf(await pixelNeighbours(planted, training)));
  const lowest = Math.min(...scoresOf(await pixelNeighbours(fresh, training)));
  expect(highest).toBeLessThan(lowest);
});

test('planted copies of few training images are of all of them, in colour too', async () => {
  const training = {
    shape: [3, 12, 10] as const,
    count: 4,
    pixels: new Uint8Array(4 * 360).map((_, i) => (i * 7) % 200),
  };
  const planted = await plantCopies(training, 200, 0);
  expect(planted.count).toBe(4);
  const found = await pixelNeighbours(planted, training);
  expect(new Set(upTo(4).map((i) => found.training[i * found.each]))).toEqual(new Set([0, 1, 2, 3]));
});

test('images move by two pixels at most, small ones by less', () => {
  expect([4, 8, 16, 28, 64].map((side) => shiftOf([1, side, side]))).toEqual([0, 1, 2, 2, 2]);
});

test('many equal training images do not hide a copy of them, as long as they are fewer than half', () => {
  const score = (...distances: number[]) =>
    scoresOf({
      count: 1,
      each: distances.length,
      training: new Int32Array(distances.length),
      distances: Float64Array.from(distances),
    })[0];
  expect(score(0.1, 1, 1, 1, 1)).toBeCloseTo(0.1, 12);
  expect(score(0.1, 0.1, 1, 1, 1)).toBeLessThan(0.2);
  expect(score(0, 0, 0, 1, 1)).toBe(0);
  expect(score(0, 0, 0)).toBe(1);
});
