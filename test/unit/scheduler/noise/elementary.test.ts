/** To the last bits; the digests of gaussian.test.ts hold the bits themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosSinOfWord, logOfWord } from '#scheduler/noise/elementary.ts';

const word = fc.oneof(
  fc.nat(0xffffffff),
  fc.integer({ min: 0, max: 31 }).map((bit) => 2 ** bit),
  fc.nat(31).map((bit) => 0xb504f333 >>> bit), // about sqrt(2)
  fc.nat(31).map((bit) => (0xb504f333 >>> bit) + 1),
  fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0xb504f333, 0xb504f334),
);

describe('logOfWord', () => {
  it('agrees with Math.log to the last bits', () => {
    fc.assert(
      fc.property(word, (w) => {
        const exact = Math.log((w + 0.5) / 2 ** 32);
        expect(Math.abs(logOfWord(w) - exact)).toBeLessThanOrEqual(4e-16 * Math.abs(exact) + 1e-300);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('cosSinOfWord', () => {
  it('agrees with Math.cos and Math.sin to the last bits', () => {
    const out = new Float64Array(2);
    fc.assert(
      fc.property(word, (w) => {
        cosSinOfWord(w, out);
        const angle = (2 * Math.PI * w) / 2 ** 32;
        expect(Math.abs(out[0]! - Math.cos(angle))).toBeLessThan(1e-15);
        expect(Math.abs(out[1]! - Math.sin(angle))).toBeLessThan(1e-15);
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact at the quarter turns', () => {
    const out = new Float64Array(2);
    const at = (w: number) => {
      cosSinOfWord(w, out);
      return [...out].map((value) => value + 0); // -0 is 0
    };
    expect([at(0), at(2 ** 30), at(2 ** 31), at(3 * 2 ** 30)]).toEqual([
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ]);
  });
});
