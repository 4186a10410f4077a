import { philox4x32 } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function words(counter: number[], key: number[]): number[] {
  const out = new Uint32Array(4);
  philox4x32(counter[0]!, counter[1]!, counter[2]!, counter[3]!, key[0]!, key[1]!, out);
  return [...out];
}

/** The paper's definition with 64-bit products. */
function reference(counter: number[], key: number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const low = (value: bigint) => value & 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const first = 0xd2511f53n * c0;
    const second = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(second >> 32n) ^ c1 ^ k0, low(second), (first >> 32n) ^ c3 ^ k1, low(first)];
    k0 = low(k0 + 0x9e3779b9n);
    k1 = low(k1 + 0xbb67ae85n);
  }
  return [c0, c1, c2, c3].map(Number);
}

describe('philox4x32', () => {
  // Random123's kat_vectors, philox4x32-10
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('gives the known answer of counter %j', (counter, key, answer) => {
    expect(words(counter, key)).toEqual(answer);
  });

  it('agrees with 64-bit integers for any counter and key', () => {
    const word = fc.oneof(
      fc.nat(0xffffffff),
      fc.constantFrom(0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff),
    );
    const array = (length: number) => fc.array(word, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(array(4), array(2), (counter, key) => {
        expect(words(counter, key)).toEqual(reference(counter, key));
      }),
      { numRuns: 500 },
    );
  });
});
