import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosSinOfWord, logOfWord } from '#scheduler/noise/elementary.ts';

/** The definition as loops, which elementary.ts unrolls. */
function plainLog(word: number): number {
  const bits = word === 0 ? 0 : 32 - Math.clz32(word);
  let mantissa = (2 * word + 1) / 2 ** bits;
  let exponent = bits - 33;
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const w = s * s;
  let series = 0;
  for (let k = 23; k >= 1; k -= 2) series = series * w + 1 / k;
  return exponent * Math.LN2 + 2 * s * series;
}

/** The definition: a division for every term, and the quarter turn by cases. */
function plainCosSin(word: number): number[] {
  const quarters = Math.floor(word / 2 ** 30 + 0.5);
  const x = (word / 2 ** 30 - quarters) * (Math.PI / 2);
  const w = x * x;
  let c = 1;
  let s = 1;
  for (let k = 18; k >= 2; k -= 2) {
    c = 1 - (c * w) / (k * (k - 1));
    s = 1 - (s * w) / (k * (k + 1));
  }
  s *= x;
  return [
    [c, s],
    [-s, c],
    [-c, -s],
    [s, -c],
  ][quarters % 4]!;
}

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

  it('has the bits of the plain series', () => {
    fc.assert(
      fc.property(word, (w) => {
        expect(logOfWord(w)).toBe(plainLog(w));
      }),
      { numRuns: 20_000 },
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

  it('has the bits of the plain series', () => {
    const out = new Float64Array(2);
    fc.assert(
      fc.property(word, (w) => {
        cosSinOfWord(w, out);
        expect([...out]).toStrictEqual(plainCosSin(w)); // distinguishes -0 from 0
      }),
      { numRuns: 20_000 },
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
