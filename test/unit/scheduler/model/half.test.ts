import { describe, expect, it } from 'vitest';
import { narrowHalf, widenHalf } from '#scheduler/model/half.ts';

const bits = (...values: number[]) => [...narrowHalf(Float32Array.from(values))];

describe('narrowHalf', () => {
  it('gives every half back', () => {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const wide = widenHalf(all);
    const back = narrowHalf(wide);
    const wrong = [...all].filter((half, i) => back[i] !== half && !Number.isNaN(wide[i]));
    expect(wrong).toEqual([]);
    expect([...widenHalf(back)].filter(Number.isNaN)).toHaveLength(2 * 1023);
  });

  it('rounds to the nearest, and ties to even, among normal and subnormal numbers', () => {
    const step = 2 ** -10;
    expect(bits(1 + 0.49 * step, 1 + 0.5 * step, 1 + 0.51 * step, 1 + 1.5 * step)).toEqual([
      0x3c00, 0x3c00, 0x3c01, 0x3c02,
    ]);
    const tiny = 2 ** -24;
    expect(bits(0.49 * tiny, 0.5 * tiny, 0.51 * tiny, 1.5 * tiny, -2.5 * tiny)).toEqual([0, 0, 1, 2, 0x8002]);
    expect(bits(2 ** -14 - tiny / 4, 2 ** -140)).toEqual([0x0400, 0]);
  });

  it('keeps signs, and makes what is too large infinite', () => {
    expect(bits(-0, 65504, 65519, 65520, -1e9, Number.POSITIVE_INFINITY)).toEqual([
      0x8000, 0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x7c00,
    ]);
  });
});
