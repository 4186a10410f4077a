import { expect, it } from 'vitest';
import type { ImageShape } from '#site/state/pixels.ts';
import { nearestReals } from '#site/views/game/neighbours.ts';
import { ownPool } from '#site/views/game/pool.ts';

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
