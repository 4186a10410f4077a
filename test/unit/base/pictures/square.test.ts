import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centreOnSquare, planSquare } from '#base/pictures/square.ts';

describe('planSquare', () => {
  it('makes the shortest side the size for crop and the longest for pad', () => {
    expect(planSquare(2000, 1500, 64, 'crop')).toEqual({ width: 85, height: 64 });
    expect(planSquare(1500, 2000, 64, 'pad')).toEqual({ width: 48, height: 64 });
  });

  it('cuts a long strip to its middle before it is cropped', () => {
    expect(planSquare(20_000, 2, 64, 'crop')).toEqual({
      extract: { left: 9_992, top: 0, width: 16, height: 2 },
      width: 512,
      height: 64,
    });
  });

  it('keeps at least one pixel of a strip that is padded', () => {
    expect(planSquare(20_000, 2, 64, 'pad')).toEqual({ width: 64, height: 1 });
  });

  it('gives a side of exactly the size and bounded pixels whatever the picture', () => {
    const side = fc.integer({ min: 1, max: 30_000 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 512 }), (width, height, size) => {
        const crop = planSquare(width, height, size, 'crop');
        const pad = planSquare(width, height, size, 'pad');
        expect(Math.min(crop.width, crop.height)).toBe(size);
        expect(crop.width * crop.height).toBeLessThanOrEqual(8 * size * size);
        expect(Math.max(pad.width, pad.height)).toBe(size);
      }),
    );
  });
});

describe('centreOnSquare', () => {
  it('cuts the sides of a wide picture evenly', () => {
    expect([...centreOnSquare(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 4, 2, 1, 2, 0)]).toEqual([2, 3, 6, 7]);
  });

  it('surrounds a small picture with the background, in every channel', () => {
    expect([...centreOnSquare(Uint8Array.of(1, 2), 1, 1, 2, 3, 9)]).toEqual([
      9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 9, 9, 9, 9,
    ]);
  });

  it('cuts one way and pads the other', () => {
    expect([...centreOnSquare(Uint8Array.of(1, 2, 3, 4), 4, 1, 1, 2, 0)]).toEqual([2, 3, 0, 0]);
  });
});
