/**
 * log, sin and cos of the Box-Muller transform, from +, -, * and / alone. JavaScript leaves the last bits of Math.log
 * and Math.cos to the engine; these give the same bits on every IEEE machine. Accurate to 2e-16 of the result's scale.
 *
 * Limits: arguments are 32-bit words, which is all that Box-Muller needs.
 *
 * The series are unrolled with constant divisors, because noise is drawn between network calls and loops take twice the
 * time. Every rounding is part of the result, so a seed's picture depends on the order of operations here.
 */

/** 2^(n - 32) at n, by halving: exact, which the language does not promise for `**`. */
const POWERS = new Float64Array(33).fill(1);
for (let n = 31; n >= 0; n--) POWERS[n] = POWERS[n + 1]! / 2;

/** ln((word + 1/2) / 2^32), in [-22.9, 0). */
export function logOfWord(word: number): number {
  // (word + 1/2) / 2^32 = mantissa / 2^(zeros + 1) with mantissa in [1, 2)
  const zeros = Math.clz32(word);
  const mantissa = (2 * word + 1) * POWERS[zeros]!;
  // ln m = ln centre + 2 artanh(s), centre 1 or 2, whichever is nearer: |s| < 0.172. No word is near enough to sqrt(2)
  // for the product's rounding to matter, and a branch here would be mispredicted four times in ten.
  const above = (mantissa * Math.SQRT1_2) | 0; // 0 or 1
  const centre = 1 + above;
  const s = (mantissa - centre) / (mantissa + centre);
  const w = s * s;
  let series = 1 / 23;
  series = series * w + 1 / 21;
  series = series * w + 1 / 19;
  series = series * w + 1 / 17;
  series = series * w + 1 / 15;
  series = series * w + 1 / 13;
  series = series * w + 1 / 11;
  series = series * w + 1 / 9;
  series = series * w + 1 / 7;
  series = series * w + 1 / 5;
  series = series * w + 1 / 3;
  series = series * w + 1;
  return (above - zeros - 1) * Math.LN2 + 2 * s * series;
}

/** cos and sin of 2 pi word / 2^32, into out[at] and out[at + 1]. */
export function cosSinOfWord(word: number, out: Float64Array, at = 0): void {
  // nearest quarter turn (modulo 4), and the rest in [-pi/4, pi/4]: the word's lower 30 bits as a signed fraction
  const quarters = (word + 2 ** 29) >>> 30;
  const x = ((word << 2) / 2 ** 32) * (Math.PI / 2);
  const w = x * x;
  // Taylor's series from the small terms up: 1 - w / (1 2) (1 - w / (3 4) (...)). The last four divide; above them a
  // product by the rounded reciprocal, which is faster, gives the same cos and sin for every word (all were tried).
  let c = 1 - w * (1 / 306);
  let s = 1 - w * (1 / 342);
  c = 1 - c * w * (1 / 240);
  s = 1 - s * w * (1 / 272);
  c = 1 - c * w * (1 / 182);
  s = 1 - s * w * (1 / 210);
  c = 1 - c * w * (1 / 132);
  s = 1 - s * w * (1 / 156);
  c = 1 - c * w * (1 / 90);
  s = 1 - s * w * (1 / 110);
  c = 1 - (c * w) / 56;
  s = 1 - (s * w) / 72;
  c = 1 - (c * w) / 30;
  s = 1 - (s * w) / 42;
  c = 1 - (c * w) / 12;
  s = 1 - (s * w) / 20;
  c = 1 - (c * w) / 2;
  s = 1 - (s * w) / 6;
  s *= x;
  // after 0 to 3 quarters (cos, sin) is (c, s), (-s, c), (-c, -s), (s, -c): swapped when odd
  const odd = quarters & 1;
  out[at + odd] = (1 - (quarters & 2)) * c;
  out[at + 1 - odd] = (1 - ((quarters + 1) & 2)) * s;
}
