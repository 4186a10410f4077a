import { GRAY_TOLERANCE, isGray, toGray } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import { grayToPlanes, toPlanes } from '#base/pictures/colour.ts';

describe('isGray', () => {
  it('accepts channels that differ by the tolerance and no more', () => {
    expect(isGray(Uint8Array.of(10, 10, 10 + GRAY_TOLERANCE))).toBe(true);
    expect(isGray(Uint8Array.of(10, 10, 11 + GRAY_TOLERANCE))).toBe(false);
    expect(isGray(Uint8Array.of(8, 10, 9 + GRAY_TOLERANCE))).toBe(false);
  });
});

describe('toGray', () => {
  it('weighs red, green and blue as BT.601', () => {
    expect([...toGray(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255))]).toEqual([76, 150, 29, 255]);
  });

  it('returns every gray level unchanged', () => {
    const levels = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(
      toGray(levels.reduce<Uint8Array>((rgb, v, i) => rgb.fill(v, 3 * i, 3 * i + 3), new Uint8Array(768))),
    ).toEqual(levels);
  });
});

it('toPlanes puts red, green and blue one after the other, as grayToPlanes does', () => {
  expect([...toPlanes(Uint8Array.of(1, 2, 3, 4, 5, 6))]).toEqual([1, 4, 2, 5, 3, 6]);
  expect([...grayToPlanes(Uint8Array.of(1, 2))]).toEqual([...toPlanes(Uint8Array.of(1, 1, 1, 2, 2, 2))]);
});
