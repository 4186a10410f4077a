/**
 * log, sin and cos of the Box-Muller transform from +, -, * and / alone. JavaScript leaves the last bits of Math.log and
 * Math.cos to the engine; these are the same bits on every IEEE machine. Good to 2e-16 of the result's scale.
 *
 * Limits: arguments are 32-bit words, the only ones Box-Muller has.
 */
const LN2 = Math.LN2;
const HALF_PI = Math.PI / 2;

/** ln((word + 1/2) / 2^32), in [-22.9, 0). */
export function logOfWord(word: number): number {
  // (word + 1/2) / 2^32 = mantissa 2^exponent with mantissa in [1, 2)
  const odd = 2 * word + 1;
  const bits = word === 0 ? 0 : 32 - Math.clz32(word);
  let mantissa = odd / 2 ** bits;
  let exponent = bits - 33;
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln m = 2 artanh(s), |s| < 0.172
  const s = (mantissa - 1) / (mantissa + 1);
  const w = s * s;
  let series = 0;
  for (let k = 23; k >= 1; k -= 2) series = series * w + 1 / k;
  return exponent * LN2 + 2 * s * series;
}

/** cos and sin of 2 pi word / 2^32, into out[0] and out[1]. */
export function cosSinOfWord(word: number, out: Float64Array): void {
  // nearest quarter turn, and the rest in [-pi/4, pi/4]
  const quarters = Math.floor(word / 2 ** 30 + 0.5);
  const x = (word / 2 ** 30 - quarters) * HALF_PI;
  const w = x * x;
  let c = 1;
  let s = 1;
  for (let k = 18; k >= 2; k -= 2) {
    c = 1 - (c * w) / (k * (k - 1));
    s = 1 - (s * w) / (k * (k + 1));
  }
  s *= x;
  const turn = quarters & 3;
  out[0] = turn === 0 ? c : turn === 1 ? -s : turn === 2 ? -c : s;
  out[1] = turn === 0 ? s : turn === 1 ? c : turn === 2 ? -s : -c;
}
