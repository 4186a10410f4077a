import { describe, expect, it } from 'vitest';
import { seenShape } from '#evaluation/features/shape.ts';

describe('seenShape', () => {
  it('cuts larger ones into patches, and makes those above 128 pixels smaller', () => {
    expect(seenShape([1, 64, 64])).toEqual({ input: [1, 64, 64], patch: 2, rows: 32, columns: 32 });
    expect(seenShape([3, 65, 65])).toEqual({ input: [3, 65, 65], patch: 4, rows: 20, columns: 20 });
    expect(seenShape([3, 512, 256])).toEqual({ input: [3, 128, 64], patch: 4, rows: 32, columns: 16 });
  });

  it('has levels that divide by 4 and hold the image, for any side', () => {
    for (let side = 1; side <= 600; side++) {
      const { input, patch, rows, columns } = seenShape([1, side, 600 - side + 1]);
      expect([rows % 4, columns % 4]).toEqual([0, 0]);
      expect(rows * patch).toBeGreaterThanOrEqual(input[1]);
      expect(columns * patch).toBeGreaterThanOrEqual(input[2]);
      expect(Math.max(rows, columns)).toBeLessThanOrEqual(32);
    }
  });
});
