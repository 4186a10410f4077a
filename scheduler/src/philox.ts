/**
 * Philox 4x32-10: random bits as a pure function of (key, counter), so any part of a stream can be had without what came
 * before it, in any order, on any machine.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". Known answers from Random123 in the tests.
 */
const M0_HIGH = 0xd251;
const M0_LOW = 0x1f53;
const M0 = 0xd2511f53;
const M1_HIGH = 0xcd9e;
const M1_LOW = 0x8d57;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/**
 * Four random words.
 *
 * @param out [>= 4], filled from index 0.
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  c0 |= 0;
  c1 |= 0;
  c2 |= 0;
  c3 |= 0;
  k0 |= 0;
  k1 |= 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(M0_HIGH, M0_LOW, c0);
    const high1 = multiplyHigh(M1_HIGH, M1_LOW, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of (high 2^16 + low) * b, from 16-bit halves. */
function multiplyHigh(high: number, low: number, b: number): number {
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const mid = high * bLow + ((low * bLow) >>> 16); // < 2^32
  const cross = low * bHigh + (mid & 0xffff); // < 2^32, may pass 2^31: use >>> below
  return (Math.imul(high, bHigh) + ((mid >>> 16) + (cross >>> 16))) | 0;
}
