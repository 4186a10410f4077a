/** The fast Fourier transform of a power of two of complex numbers, in place: radix 2, decimation in time. */

/** @param inverse without the division by the length */
function transform(real: Float64Array, imaginary: Float64Array, inverse = false): void {
  const size = real.length;
  reverseBits(real, imaginary);
  const { cosines, sines } = turnsOf(size);
  const sign = inverse ? 1 : -1;
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0, turn = 0; k < half; k++, turn += stride) {
        const [a, b] = [start + k, start + k + half];
        const [c, s] = [cosines[turn]!, sign * sines[turn]!];
        const x = real[b]! * c - imaginary[b]! * s;
        const y = real[b]! * s + imaginary[b]! * c;
        real[b] = real[a]! - x;
        imaginary[b] = imaginary[a]! - y;
        real[a] = real[a]! + x;
        imaginary[a] = imaginary[a]! + y;
      }
    }
  }
}

function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [real[i], real[j]] = [real[j]!, real[i]!];
    [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
  }
}

let kept: { size: number; cosines: Float64Array; sines: Float64Array } | undefined;

/** cos and sin of 2 pi k / size for half a turn; those of the last size are kept. */
function turnsOf(size: number): { cosines: Float64Array; sines: Float64Array } {
  if (kept?.size === size) return kept;
  const [cosines, sines] = [new Float64Array(size / 2), new Float64Array(size / 2)];
  for (let k = 0; k < size / 2; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / size);
    sines[k] = Math.sin((2 * Math.PI * k) / size);
  }
  kept = { size, cosines, sines };
  return kept;
}

/**
 * The distribution of the sum of `times` independent draws, modulo the number of values.
 * @param masses of one draw, of a power of two of values
 */
export function selfConvolve(masses: Float64Array, times: number): Float64Array {
  const size = masses.length;
  const [real, imaginary] = [masses.slice(), new Float64Array(size)];
  transform(real, imaginary);
  for (let k = 0; k < size; k++) {
    const [x, y] = [real[k]!, imaginary[k]!];
    const length = Math.hypot(x, y) ** times / size;
    const angle = Math.atan2(y, x) * times;
    real[k] = length * Math.cos(angle);
    imaginary[k] = length * Math.sin(angle);
  }
  transform(real, imaginary, true);
  return real;
}
