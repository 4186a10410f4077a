/** Numbers of 16 bits, as checkpoints hold them, widened to float32; each is exact. */

/** IEEE 754 half precision: 1 bit of sign, 5 of exponent, 10 of fraction. */
export function widenHalf(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, value) => halfOf(value));
  const table = halves;
  return Float32Array.from(bits, (value) => table[value]!);
}

/** bfloat16: the upper half of a float32. */
export function widenBrain(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (value) => value << 16).buffer);
}

/** Every half by its bits, once it is needed. */
let halves: Float32Array | undefined;

function halfOf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
