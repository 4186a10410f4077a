import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centreOn, planFit } from '#base/pictures/fit.ts';
import { fittedSpacing } from '#base/pictures/raw-picture.ts';

const square = (side: number) => ({ width: side, height: side });

describe('planFit', () => {
  it('covers the wanted size for crop, and lies within it for pad', () => {
    expect(planFit(2000, 1500, square(64), 'crop')).toEqual({ width: 85, height: 64 });
    expect(planFit(1500, 2000, square(64), 'pad')).toEqual({ width: 48, height: 64 });
    expect(planFit(2000, 1500, { width: 96, height: 32 }, 'crop')).toEqual({ width: 96, height: 72 });
    expect(planFit(2000, 1500, { width: 96, height: 32 }, 'pad')).toEqual({ width: 43, height: 32 });
    expect(planFit(2000, 1500, { width: 40, height: 64 }, 'stretch')).toEqual({ width: 40, height: 64 });
  });

  it('cuts a long strip to its middle before it is cropped', () => {
    expect(planFit(20_000, 2, square(64), 'crop')).toEqual({
      extract: { left: 9_992, top: 0, width: 16, height: 2 },
      width: 512,
      height: 64,
    });
  });

  it('gives a side of exactly the size and bounded pixels whatever the picture', () => {
    const side = fc.integer({ min: 1, max: 30_000 });
    const wanted = fc.record({ width: fc.integer({ min: 1, max: 512 }), height: fc.integer({ min: 1, max: 512 }) });
    fc.assert(
      fc.property(side, side, wanted, (width, height, size) => {
        const crop = planFit(width, height, size, 'crop');
        const pad = planFit(width, height, size, 'pad');
        expect(crop.width >= size.width && crop.height >= size.height).toBe(true);
        expect(crop.width === size.width || crop.height === size.height).toBe(true);
        const most = 8 * size.width * size.height + Math.max(size.width, size.height) ** 2; // a pixel may be a long strip
        expect(crop.width * crop.height).toBeLessThanOrEqual(most);
        expect(pad.width <= size.width && pad.height <= size.height).toBe(true);
        expect(pad.width === size.width || pad.height === size.height).toBe(true);
      }),
    );
  });
});

describe('centreOn', () => {
  it('cuts the sides of a wide picture evenly', () => {
    const wide = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...centreOn(square(2), wide, { width: 4, height: 2 }, 1, 0)]).toEqual([2, 3, 6, 7]);
  });

  it('surrounds a small picture with the background, in every channel', () => {
    expect([...centreOn(square(3), Uint8Array.of(1, 2), square(1), 2, 9)]).toEqual([
      9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 9, 9, 9, 9,
    ]);
  });

  it('cuts one way and pads the other', () => {
    const strip = Uint8Array.of(1, 2, 3, 4);
    expect([...centreOn(square(2), strip, { width: 4, height: 1 }, 1, 0)]).toEqual([2, 3, 0, 0]);
    expect([...centreOn({ width: 2, height: 3 }, strip, { width: 4, height: 1 }, 1, 0)]).toEqual([0, 0, 2, 3, 0, 0]);
  });
});

describe('fittedSpacing', () => {
  const from = (width: number, height: number, aspect = 1) => ({
    width,
    height,
    aspect,
    pixels: new Uint16Array(),
    spacing: 0.5,
  });

  it.each([
    ['crop', from(512, 512), 4],
    ['crop', from(600, 512), 4],
    ['crop', from(512, 600), 4],
    ['pad', from(600, 512), (0.5 * 600) / 64],
    ['pad', from(512, 600), (0.5 * 600) / 64],
    ['crop', from(256, 512, 2), 4], // pixels of 1 x 0.5 mm
    ['crop', from(20_000, 2), 0.5 / 32],
    ['stretch', from(512, 512), 4],
    ['stretch', from(600, 512), undefined],
  ] as const)('of %s', (fit, picture, spacing) => {
    expect(fittedSpacing(picture, { size: 64, fit })).toBe(spacing);
    expect(fittedSpacing({ ...picture, spacing: undefined }, { size: 64, fit })).toBeUndefined();
  });
});
