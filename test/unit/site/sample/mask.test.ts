import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mask, type Place, paintedPixels, type Region, region, stroke } from '#site/views/sample/state/mask.ts';

const SIZE = { width: 6, height: 4 };
const EMPTY: Mask = new Uint8Array(24);

/** Rows of # and dots. */
const drawn = (mask: Mask) =>
  Array.from({ length: 4 }, (_, y) => Array.from(mask.subarray(6 * y, 6 * y + 6), (value) => '.#'[value]).join(''));

describe('stroke', () => {
  it('paints the pixel below a thin brush, and a disc below a thick one', () => {
    expect(drawn(stroke(EMPTY, SIZE, [2.9, 1.1], [2.9, 1.1], 1))).toEqual(['......', '..#...', '......', '......']);
    expect(drawn(stroke(EMPTY, SIZE, [2.5, 1.5], [2.5, 1.5], 2))).toEqual(['..#...', '.###..', '..#...', '......']);
  });

  it('leaves no gap between two places, and keeps what was painted', () => {
    const first = stroke(EMPTY, SIZE, [0.5, 3.5], [0.5, 3.5], 1);
    expect(drawn(stroke(first, SIZE, [0.5, 0.5], [5.5, 0.5], 1))).toEqual(['######', '......', '......', '#.....']);
    expect(drawn(first)).toEqual(['......', '......', '......', '#.....']);
    expect(drawn(stroke(EMPTY, SIZE, [0.5, 0.5], [3.5, 3.5], 1))).toEqual(['#.....', '.#....', '..#...', '...#..']);
  });

  it('goes beyond the edge and back', () => {
    expect(drawn(stroke(EMPTY, SIZE, [-3, 1.5], [9, 1.5], 1))).toEqual(['......', '######', '......', '......']);
    expect(paintedPixels(stroke(EMPTY, SIZE, [-5, -5], [-9, 2], 3))).toBe(0);
  });

  it('paints at least the pixels at its ends, whatever the brush', () => {
    const place = fc.tuple(
      fc.double({ min: 0, max: 5.99, noNaN: true }),
      fc.double({ min: 0, max: 3.99, noNaN: true }),
    );
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 6 }), (from, to, brush) => {
        const mask = stroke(EMPTY, SIZE, from, to, brush);
        for (const [x, y] of [from, to] as Place[]) expect(mask[Math.floor(y) * 6 + Math.floor(x)]).toBe(1);
      }),
    );
  });
});

describe('region', () => {
  it.each<[Region, string[]]>([
    ['left', ['###...', '###...', '###...', '###...']],
    ['right', ['...###', '...###', '...###', '...###']],
    ['top', ['######', '######', '......', '......']],
    ['bottom', ['......', '......', '######', '######']],
    ['middle', ['......', '..###.', '..###.', '......']],
  ])('paints %s', (name, expected) => {
    expect(drawn(region(EMPTY, SIZE, name))).toEqual(expected);
  });
});
