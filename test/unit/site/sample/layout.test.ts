import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageShape } from '#site/state/pixels.ts';
import {
  beside,
  crispGrid,
  crispSize,
  type Extent,
  gridColumns,
  picture,
  sheet,
} from '#site/views/sample/state/layout.ts';

const DIGIT: Extent = { width: 28, height: 28 };

describe('gridColumns', () => {
  it('fills a wide box and a square one without holes where it can', () => {
    const wide = [1, 2, 4, 6, 8, 9, 10, 12, 16].map((count) => gridColumns(count, 5, 3));
    expect(wide).toEqual([1, 2, 2, 3, 4, 3, 5, 4, 4]);
    const square = [1, 4, 9, 10, 16].map((count) => gridColumns(count, 1, 1));
    expect(square).toEqual([1, 2, 3, 3, 4]);
  });

  it('has between one column and as many as pictures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.double({ min: 0.1, max: 10, noNaN: true }), (count, aspect) => {
        const columns = gridColumns(count, aspect, 1);
        expect(columns).toBeGreaterThanOrEqual(1);
        expect(columns).toBeLessThanOrEqual(count);
      }),
    );
  });
});

describe('crispGrid', () => {
  const grid = (count: number, width: number, height: number, ratio = 1) => {
    const { columns, rows, cell } = crispGrid(count, { width, height, ratio }, DIGIT);
    expect(cell.height).toBe(cell.width);
    return [columns, rows, cell.width];
  };

  it('takes the largest cells whose pixels are whole, then the fewest holes, then the widest', () => {
    expect(grid(10, 523, 264)).toEqual([5, 2, 84]);
    expect(grid(10, 163, 264, 3)).toEqual([2, 5, (28 * 5) / 3]);
    expect(grid(12, 523, 264)).toEqual([4, 3, 84]);
    expect(grid(16, 523, 354)).toEqual([4, 4, 84]);
    expect(grid(1, 523, 264)).toEqual([1, 1, 252]);
  });

  it('fills the box with pictures of any proportions', () => {
    const box = { width: 523, height: 264, ratio: 1 };
    expect(crispGrid(10, box, { width: 40, height: 64 })).toMatchObject({
      columns: 5,
      rows: 2,
      cell: { width: 80, height: 128 },
    });
    expect(crispGrid(10, box, { width: 96, height: 32 })).toMatchObject({ columns: 5, rows: 2 });
    const phone = { width: 155, height: 264, ratio: 2 };
    const { columns, cell } = crispGrid(10, phone, { width: 96, height: 32 }, 72);
    expect([columns, cell.width / cell.height]).toEqual([2, 3]);
    expect(crispGrid(10, phone, { width: 40, height: 64 }, 72)).toMatchObject({ columns: 3, rows: 4 });
  });

  it('has room for every picture, within the box where cells of one pixel a pixel fit', () => {
    const box = fc.record({
      width: fc.integer({ min: 0, max: 1200 }),
      height: fc.integer({ min: 120, max: 600 }),
      ratio: fc.constantFrom(1, 1.25, 2, 3),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), box, (count, box) => {
        const { columns, rows, cell, gap } = crispGrid(count, box, DIGIT);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        if (box.width < 16 * 34) return;
        expect(columns * cell.width + (columns - 1) * gap).toBeLessThanOrEqual(box.width);
      }),
    );
  });
});

it('crispSize is the largest whole number of device pixels a pixel that fits', () => {
  const within = (width: number, height: number, picture: Extent, ratio = 1) =>
    Object.values(crispSize({ width, height }, picture, ratio));
  expect(within(100, 100, DIGIT)).toEqual([84, 84]);
  expect(within(100, 100, DIGIT, 2)).toEqual([98, 98]);
  expect(within(10, 10, DIGIT)).toEqual([28, 28]);
  expect(within(200, 100, { width: 40, height: 64 })).toEqual([40, 64]);
  expect(within(200, 200, { width: 40, height: 64 })).toEqual([120, 192]);
  expect(within(200, 200, { width: 96, height: 32 }, 2)).toEqual([192, 64]);
});

it('picture is a view on one image of a batch', () => {
  const batch = Uint8ClampedArray.from({ length: 12 }, (_, i) => i);
  expect([...picture(batch, [3, 1, 2], 1)]).toEqual([6, 7, 8, 9, 10, 11]);
});

describe('sheet', () => {
  it('lays gray pictures out in rows with a gap, each pixel a square', () => {
    const shape: ImageShape = [1, 1, 2];
    const { data, width, height, channels } = sheet(Uint8ClampedArray.of(1, 2, 3, 4, 5, 6), shape, {
      columns: 2,
      scale: 2,
      gap: 1,
      background: 9,
    });
    expect({ width, height, channels }).toEqual({ width: 11, height: 7, channels: 1 });
    const rows = Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)].join(''));
    expect(rows).toEqual([
      '99999999999',
      '91122933449',
      '91122933449',
      '99999999999',
      '95566999999',
      '95566999999',
      '99999999999',
    ]);
  });

  it('turns planes of colour into pixels', () => {
    const { data } = sheet(Uint8ClampedArray.of(1, 2, 10, 20, 100, 200), [3, 1, 2], {
      columns: 1,
      scale: 1,
      gap: 0,
      background: 0,
    });
    expect([...data]).toEqual([1, 10, 100, 2, 20, 200]);
  });
});

it('beside puts two pictures next to each other', () => {
  const one = { data: Uint8Array.of(1, 2), width: 1, height: 2, channels: 1 as const };
  const two = { data: Uint8Array.of(3, 4, 5, 6), width: 2, height: 2, channels: 1 as const };
  expect(beside(one, two, 1, 0)).toEqual({
    data: Uint8Array.of(1, 0, 3, 4, 2, 0, 5, 6),
    width: 4,
    height: 2,
    channels: 1,
  });
});

it('crispGrid gives pictures the least size where the width allows it, and grows down', () => {
  const box = { width: 155, height: 264, ratio: 2 };
  expect(crispGrid(10, box, DIGIT).cell.width).toBeLessThan(72);
  const { columns, rows, cell, gap } = crispGrid(10, box, DIGIT, 72);
  expect([columns, rows]).toEqual([2, 5]);
  expect(cell.width).toBeGreaterThanOrEqual(72);
  expect(columns * cell.width + (columns - 1) * gap).toBeLessThanOrEqual(155);
  expect(crispGrid(3, { ...box, width: 60 }, DIGIT, 72)).toMatchObject({ columns: 1, cell: { width: 60 } });
  const hand = { width: 64, height: 64 };
  const wide = { width: 523, height: 264, ratio: 1 };
  expect(crispGrid(9, wide, hand, 72)).toMatchObject({ columns: 5, rows: 2, cell: { width: 99, height: 99 } });
});
