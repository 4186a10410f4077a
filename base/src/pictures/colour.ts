/** The order of uint8 pixels: channels of each pixel together, or planes of one channel each. */

/** Interleaved to planar: [H·W, 3] -> [3, H·W]. */
export function toPlanes(rgb: Uint8Array): Uint8Array {
  const plane = rgb.length / 3;
  const out = new Uint8Array(rgb.length);
  for (let i = 0, j = 0; i < plane; i++, j += 3) {
    out[i] = rgb[j]!;
    out[plane + i] = rgb[j + 1]!;
    out[2 * plane + i] = rgb[j + 2]!;
  }
  return out;
}

/** Gray repeated in three planes: [H·W] -> [3, H·W]. */
export function grayToPlanes(gray: Uint8Array): Uint8Array {
  const out = new Uint8Array(gray.length * 3);
  for (let channel = 0; channel < 3; channel++) out.set(gray, channel * gray.length);
  return out;
}
