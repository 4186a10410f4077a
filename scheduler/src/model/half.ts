/** Numbers of 16 bits, as checkpoints and small networks hold them. Widened to float32, each is exact. */

/** IEEE 754 half precision: 1 bit of sign, 5 of exponent, 10 of fraction. */
export function widenHalf(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, value) => halfOf(value));
  const table = halves;
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = table[bits[i]!]!; // `from` with a function is many times as slow
  return out;
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

/** The nearest halves of float32 numbers, ties to even, as bits; infinite from 65,520 on. */
export function narrowHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, nearestHalf);
}

function nearestHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00; // NaN
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    // Subnormal halves are multiples of 2^-24; Math.round would break ties upwards.
    const units = (size < 0x00800000 ? 0 : ((size & 0x7fffff) | 0x800000) * 2 ** ((size >>> 23) - 150)) * 2 ** 24;
    const floor = Math.floor(units);
    const rest = units - floor;
    return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0));
  }
  const rounded = size + 0xfff + ((size >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
