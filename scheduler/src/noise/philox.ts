/**
 * Philox 4x32-10: random bits as a pure function of (key, counter), so any part of a stream can be computed directly,
 * in any order, on any machine.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". Known answers from Random123 in the tests.
 */

/**
 * Four random words. Counter and key are any safe integers; only their lower 32 bits count.
 *
 * The paper's constants are inlined: bundlers turn a module's `const` into `var`, and an engine that must look a
 * constant up cannot tell that the arithmetic stays within integers, which doubles the page's time.
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
    const high0 = multiplyHigh(0xd251, 0x1f53, c0);
    const high1 = multiplyHigh(0xcd9e, 0x8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/**
 * The upper 32 bits of (high 2^16 + low) * b, from 16-bit halves. No product or sum here reaches 2^32, so 32-bit
 * integers hold them all; those past 2^31 look negative, which does not matter to >>> and &.
 */
function multiplyHigh(high: number, low: number, b: number): number {
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const mid = (Math.imul(high, bLow) + (Math.imul(low, bLow) >>> 16)) | 0;
  const cross = (Math.imul(low, bHigh) + (mid & 0xffff)) | 0;
  return (Math.imul(high, bHigh) + (mid >>> 16) + (cross >>> 16)) | 0;
}
