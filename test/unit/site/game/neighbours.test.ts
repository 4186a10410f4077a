import { expect, it } from 'vitest';
import type { ImageShape } from '#site/state/pixels.ts';
import { differenceOf, farthestApart, nearestReals } from '#site/views/game/measures/neighbours.ts';
import { ownPool } from '#site/views/game/rules/pool.ts';

const SIDE = 56;
const SHAPE: ImageShape = [1, SIDE, SIDE];

/** A white square of 16 pixels in a black picture. */
const square = (x: number, y: number, side = 16) =>
  Uint8ClampedArray.from({ length: SIDE * SIDE }, (_, i) => {
    const [u, v] = [(i % SIDE) - x, Math.floor(i / SIDE) - y];
    return u >= 0 && u < side && v >= 0 && v < side ? 255 : 0;
  });

const pool = ownPool(
  Array.from({ length: 10 }, (_, i) => ({
    name: `${i}`,
    pixels: square(14 * (i % 3), 12 * Math.floor(i / 3), i === 9 ? 30 : 16),
  })),
  SHAPE,
);

it('finds the pictures most alike, those moved a little as well', () => {
  expect(nearestReals(square(14, 12), pool, 2)[0]).toBe(4);
  expect(nearestReals(square(16, 15), pool, 1)).toEqual([4]);
  expect(nearestReals(square(2, 20, 30), pool, 1)).not.toEqual([6]);
});

it('leaves the picture itself out', () => {
  const found = nearestReals(square(14, 12), pool, 3, 4);
  expect(found).toHaveLength(3);
  expect(found).not.toContain(4);
});

it('gives all there are, nearest first, in colour too', () => {
  const colours = ownPool(
    Array.from({ length: 10 }, (_, i) => ({
      name: '',
      pixels: Uint8ClampedArray.from({ length: 12 }, (_, p) => (p < 4 ? 25 * i : 50)),
    })),
    [3, 2, 2],
  );
  expect(nearestReals(colours.read(7), colours, 20, 7)).toHaveLength(9);
  expect(nearestReals(colours.read(7), colours, 3).at(0)).toBe(7);
});

it('shows where a picture differs from another, after moving it to where they agree best', () => {
  const same = differenceOf(square(14, 12), square(14, 12), SHAPE);
  expect([same.mean, Math.max(...same.map)]).toEqual([0, 0]);
  expect(farthestApart(same, 0.05)).toEqual([]);
  expect(differenceOf(square(16, 16), square(14, 12), SHAPE).mean).toBe(0);
  const spot = square(14, 12).map((v, i) => (i === 30 * SIDE + 20 ? 100 : v));
  const { map, mean } = differenceOf(spot, square(14, 12), SHAPE);
  expect([...map.keys()].filter((i) => map[i]! > 0)).toEqual([30 * SIDE + 20]);
  expect(map[30 * SIDE + 20]).toBe(100);
  expect(mean).toBeCloseTo(100 / SIDE ** 2, 12);
  expect(farthestApart({ map, mean }, 0.05)).toEqual([30 * SIDE + 20]);
});

it('takes the mean of what the channels differ by', () => {
  const gray = Uint8ClampedArray.from([...square(14, 12), ...square(14, 12), ...square(14, 12)]);
  const red = gray.map((v, i) => (i === 20 ? v + 30 : v));
  const { map } = differenceOf(red, gray, [3, SIDE, SIDE]);
  expect(map[20]).toBe(10);
  expect(map.filter((v) => v > 0)).toHaveLength(1);
});
