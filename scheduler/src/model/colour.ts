/** Gray or RGB, on uint8 pixels. A picture is gray when its channels differ by at most `GRAY_TOLERANCE` levels everywhere. */

/** Levels of 255. JPEG files of gray pictures and ICC conversions leave differences of one or two. */
export const GRAY_TOLERANCE = 4;

/** Whether interleaved RGB pixels [n, 3] have no colour. */
export function isGray(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += 3) {
    const r = rgb[i]!;
    const g = rgb[i + 1]!;
    const b = rgb[i + 2]!;
    if (Math.abs(r - g) > GRAY_TOLERANCE || Math.abs(g - b) > GRAY_TOLERANCE || Math.abs(r - b) > GRAY_TOLERANCE) {
      return false;
    }
  }
  return true;
}

/** Luma of ITU-R BT.601 from interleaved RGB, as most image libraries turn colour into gray: [n, 3] -> [n]. */
export function toGray(rgb: Uint8Array): Uint8Array {
  const gray = new Uint8Array(rgb.length / 3);
  for (let i = 0, j = 0; i < gray.length; i++, j += 3) {
    gray[i] = Math.floor((299 * rgb[j]! + 587 * rgb[j + 1]! + 114 * rgb[j + 2]! + 500) / 1000);
  }
  return gray;
}
