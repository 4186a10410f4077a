import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillArea,
  type Mask,
  type Place,
  paintedPixels,
  pixelsOfClass,
  type Region,
  region,
  stroke,
} from '#site/views/sample/masks/mask.ts';

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

  it('paints in the class at hand, over any other', () => {
    const first = stroke(EMPTY, SIZE, [1.5, 1.5], [4.5, 1.5], 1, 2);
    const second = stroke(first, SIZE, [2.5, 0.5], [2.5, 3.5], 1, 1);
    expect([pixelsOfClass(second, 2), pixelsOfClass(second, 1), pixelsOfClass(second, 0)]).toEqual([3, 4, 17]);
    expect(pixelsOfClass(stroke(second, SIZE, [0, 2], [6, 2], 9, 0), 0)).toBe(24);
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

describe('fillArea', () => {
  const wall = stroke(EMPTY, SIZE, [3.5, 0.5], [3.5, 3.5], 1);

  it('fills what hangs together with a place, side by side, and stops at another value', () => {
    expect(drawn(fillArea(wall, SIZE, [0.5, 0.5], 1))).toEqual(['####..', '####..', '####..', '####..']);
    expect(drawn(fillArea(wall, SIZE, [3.2, 2], 0))).toEqual(drawn(EMPTY));
    const corner = stroke(EMPTY, SIZE, [1.5, 0.5], [0.5, 1.5], 1); // touches the edge at a corner alone
    expect(drawn(fillArea(corner, SIZE, [0.5, 0.5], 1))).toEqual(['##....', '#.....', '......', '......']);
  });

  it('changes nothing beyond the edge, and where the value is there already', () => {
    expect(fillArea(wall, SIZE, [-1, 2], 1)).toEqual(wall);
    expect(fillArea(wall, SIZE, [6, 2], 1)).toEqual(wall);
    expect(fillArea(wall, SIZE, [3.5, 1], 1)).toEqual(wall);
  });

  it('fills pixels of the old value alone, each the neighbour of another, and leaves none of their neighbours', () => {
    const masks = fc.uint8Array({ min: 0, max: 2, minLength: 24, maxLength: 24 });
    const place = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(masks, place, (mask, [x, y]) => {
        const old = mask[6 * y + x]!;
        const filled = fillArea(mask, SIZE, [x, y], 7);
        const neighbours = (i: number) =>
          [i % 6 > 0 ? i - 1 : -1, i % 6 < 5 ? i + 1 : -1, i - 6, i + 6].filter((j) => j >= 0 && j < 24);
        for (let i = 0; i < 24; i++) {
          if (filled[i] !== 7) expect(filled[i]).toBe(mask[i]);
          else expect(mask[i]).toBe(old);
          const beside = neighbours(i).some((j) => filled[j] === 7);
          if (filled[i] !== 7 && beside) expect(mask[i]).not.toBe(old);
          if (filled[i] === 7 && i !== 6 * y + x) expect(beside).toBe(true);
        }
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
