/** Features and pictures of the measures' golden values: the formulas of scripts/golden/measures/measures.py. */

/** Numbers of 0 to 1 from a linear congruential generator. */
export function draws(seed: number, count: number): Float64Array {
  let x = seed;
  return Float64Array.from({ length: count }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return (x >>> 8) / 2 ** 24;
  });
}

/** Near normal, with correlated columns of different scales. @returns [rows, width] */
export function drawnFeatures(seed: number, rows: number, width: number, scale: number, shift: number): Float32Array {
  const u = draws(seed, 3 * rows * width);
  const z = Float64Array.from({ length: rows * width }, (_, i) => (u[3 * i]! + u[3 * i + 1]! + u[3 * i + 2]!) * 2 - 3);
  return Float32Array.from(z, (value, i) => {
    const column = i % width;
    const before = column === 0 ? i + width - 1 : i - 1;
    return (value + 0.5 * z[before]!) * (scale + column / width) + shift;
  });
}

/** A pattern, the same for all seeds, with noise of the seed. @returns [channels, side, side] */
export function drawnPicture(seed: number, channels: number, side: number, noise: number): Uint8Array {
  return Uint8Array.from(draws(seed, channels * side * side), (u, i) => {
    const pattern = 128 + 90 * Math.sin(0.37 * (i % side)) * Math.cos(0.23 * Math.floor(i / side));
    return Math.min(255, Math.max(0, Math.floor(pattern + noise * (u - 0.5))));
  });
}
