import { describe, expect, it } from 'vitest';
import { type Looked, lookOf } from '#site/views/sample/state/frames.ts';
import { crispGrid, type Extent } from '#site/views/sample/state/layout.ts';

const DIGIT: Extent = { width: 28, height: 28 };

describe('crispGrid', () => {
  it.each<[number, [number, number, number?], Extent, number?, unknown?]>([
    [10, [523, 264], DIGIT, 0, [5, 2, 84, 84]],
    [12, [523, 264], DIGIT, 0, [4, 3, 84, 84]],
    [1, [523, 264], DIGIT, 0, [1, 1, 252, 252]],
    [10, [523, 264], { width: 40, height: 64 }, 0, [5, 2, 80, 128]],
    [10, [155, 264, 2], { width: 40, height: 64 }, 72, [3, 4, 47, 75.2]],
    [3, [60, 264, 2], DIGIT, 72, [1, 3, 60, 60]],
  ])(
    'has the largest cells of whole pixels, then the fewest holes, then the widest: %j',
    (count, box, of, least, is) => {
      const [width, height, ratio = 1] = box;
      const { columns, rows, cell } = crispGrid(count, { width, height, ratio }, of, least || undefined);
      expect([columns, rows, cell.width, cell.height]).toEqual(is);
    },
  );
});

describe('lookOf', () => {
  const CLASSES = { classes: ['background', 'bone', 'flesh'] };
  const seen = (model: Looked, x: number[], wanted: Parameters<typeof lookOf>[2], masks?: number[]) => {
    const given = { x: Uint8ClampedArray.from(x), ...(masks && { masks: Uint8Array.from(masks) }) };
    const { pixels, shape } = lookOf(model, given, wanted);
    return [[...pixels], shape];
  };

  it('is the pictures, their masks in colours, or both', () => {
    const drawn = { shape: [1, 1, 2] as const, maskOutput: CLASSES };
    const mixed = (level: number) => Math.round(0.45 * level + 0.55 * 100);
    expect(seen(drawn, [100, 100], 'pictures', [0, 1])).toEqual([
      [100, 100],
      [1, 1, 2],
    ]);
    expect(seen({ shape: [1, 1, 2] }, [100, 100], 'masks')).toEqual([
      [100, 100],
      [1, 1, 2],
    ]);
    expect(seen(drawn, [100, 100], 'masks', [0, 1])).toEqual([
      [0, 255, 0, 26, 0, 26],
      [3, 1, 2],
    ]);
    const both = [100, mixed(255), 100, mixed(26), 100, mixed(26)];
    expect(seen(drawn, [100, 100], 'both', [0, 1])).toEqual([both, [3, 1, 2]]);
  });

  it('is the channels that are shown', () => {
    const four = { shape: [4, 1, 1] as const };
    const two = [0, 1, 2, 3, 10, 11, 12, 13];
    expect(seen({ ...four, shows: [2] }, two, 'pictures')).toEqual([
      [2, 12],
      [1, 1, 1],
    ]);
    expect(seen({ ...four, shows: [3, 0, 1] }, two, 'pictures')).toEqual([
      [3, 0, 1, 13, 10, 11],
      [3, 1, 1],
    ]);
    const masked = { ...four, shows: [2], maskOutput: CLASSES };
    expect(seen(masked, two, 'both', [0, 0])).toEqual([
      [2, 2, 2, 12, 12, 12],
      [3, 1, 1],
    ]);
  });
});
