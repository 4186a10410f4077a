import { GRAY_TOLERANCE, isGray, toGray } from '@onnoise/scheduler/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grayToPlanes, toPlanes } from '#base/pictures/colour.ts';

describe('isGray', () => {
  it('accepts channels that differ by the tolerance and no more', () => {
    expect(isGray(Uint8Array.of(10, 10, 10 + GRAY_TOLERANCE))).toBe(true);
    expect(isGray(Uint8Array.of(10, 10, 11 + GRAY_TOLERANCE))).toBe(false);
    expect(isGray(Uint8Array.of(8, 10, 9 + GRAY_TOLERANCE))).toBe(false);
  });

  it('sees one coloured pixel among gray ones', () => {
    expect(isGray(Uint8Array.of(5, 5, 5, 9, 9, 9, 200, 0, 0))).toBe(false);
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

describe('toPlanes', () => {
  it('puts red, green and blue one after the other', () => {
    expect([...toPlanes(Uint8Array.of(1, 2, 3, 4, 5, 6))]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('agrees with grayToPlanes on gray pictures', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (gray) => {
        const rgb = Uint8Array.from({ length: 3 * gray.length }, (_, i) => gray[Math.floor(i / 3)]!);
        expect(toPlanes(rgb)).toEqual(grayToPlanes(gray));
      }),
    );
  });
});
