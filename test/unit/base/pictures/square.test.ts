import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSquare } from '#base/pictures/square.ts';

describe('planSquare', () => {
  it('cuts a long strip to its middle before it is cropped', () => {
    expect(planSquare(20_000, 2, 64, 'crop')).toEqual({
      extract: { left: 9_992, top: 0, width: 16, height: 2 },
      width: 512,
      height: 64,
    });
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
