import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillArea, type Mask, type Place, pixelsOfClass, stroke } from '#site/views/sample/masks/mask.ts';

const SIZE = { width: 6, height: 4 };
const EMPTY: Mask = new Uint8Array(24);

/** Rows of dots and numbers. */
const drawn = (mask: Mask) =>
  Array.from({ length: 4 }, (_, y) => Array.from(mask.subarray(6 * y, 6 * y + 6), (value) => value || '.').join(''));
const line = (from: Place, to: Place, brush = 1, value = 1, on = EMPTY) => stroke(on, SIZE, from, to, brush, value);

describe('stroke', () => {
  const corner = line([0.5, 3.5], [0.5, 3.5]);
  it.each([
    ['a pixel below a thin brush', line([2.9, 1.1], [2.9, 1.1]), ['......', '..1...', '......', '......']],
    ['a disc below a thick one', line([2.5, 1.5], [2.5, 1.5], 2), ['..1...', '.111..', '..1...', '......']],
    [
      'a line, and keeps the rest',
      line([0.5, 0.5], [5.5, 0.5], 1, 1, corner),
      ['111111', '......', '......', '1.....'],
    ],
    ['a slope without a gap', line([0.5, 0.5], [3.5, 3.5]), ['1.....', '.1....', '..1...', '...1..']],
    ['beyond the edge and back', line([-3, 1.5], [9, 1.5]), ['......', '111111', '......', '......']],
    ['nothing outside', line([-5, -5], [-9, 2], 3), drawn(EMPTY)],
  ])('paints %s', (_, mask, rows) => expect(drawn(mask)).toEqual(rows));

  it('paints in the class at hand, over any other', () => {
    const second = line([2.5, 0.5], [2.5, 3.5], 1, 1, line([1.5, 1.5], [4.5, 1.5], 1, 2));
    expect([2, 1, 0].map((k) => pixelsOfClass(second, k))).toEqual([3, 4, 17]);
    expect(pixelsOfClass(line([0, 2], [6, 2], 9, 0, second), 0)).toBe(24);
  });
});

describe('fillArea', () => {
  it('fills pixels of the old value alone, each the neighbour of another, and leaves none of their neighbours', () => {
    const masks = fc.uint8Array({ min: 0, max: 2, minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(masks, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }), (mask, x, y) => {
        const filled = fillArea(mask, SIZE, [x, y], 7);
        const beside = (i: number) =>
          [i % 6 > 0 ? i - 1 : -1, i % 6 < 5 ? i + 1 : -1, i - 6, i + 6].some((j) => filled[j] === 7);
        for (let i = 0; i < 24; i++) {
          const isOld = mask[i] === mask[6 * y + x];
          if (filled[i] !== 7) expect([filled[i], isOld && beside(i)]).toEqual([mask[i], false]);
          else expect([isOld, beside(i) || i === 6 * y + x]).toEqual([true, true]);
        }
      }),
    );
  });
});
