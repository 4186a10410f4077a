/** Turns model values in [-1, 1] into bytes: the one rounding wherever pictures are shown, written or sent. */

/** Channels, height and width of one picture. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** Most channels of a picture. */
export const MOST_CHANNELS = 8;

/** The byte of a model value: -1 is 0, 1 is 255, halves round up; values beyond the range are clipped, and NaN is 0. */
export function toByte(value: number): number {
  const byte = Math.round((value + 1) * 127.5);
  return byte > 0 ? Math.min(byte, 255) : 0;
}

/** The same of 16 bits: -1 is 0, 1 is 65535. */
export function toDeepLevel(value: number): number {
  const level = Math.round((value + 1) * 32_767.5);
  return level > 0 ? Math.min(level, 65_535) : 0;
}

export function toBytes(values: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = toByte(values[i]!);
  return bytes;
}
