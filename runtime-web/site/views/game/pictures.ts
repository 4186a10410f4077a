/**
 * From floats to what is drawn, the one way for real and synthetic pictures: floats in [-1, 1], then bytes, then a canvas.
 * A real picture kept as bytes goes to floats first and comes back the same.
 */

/** [C, H, W] */
export type Shape = readonly [channels: number, height: number, width: number];

export const sizeOf = ([channels, height, width]: Shape): number => channels * height * width;

/** clamp((v + 1) * 127.5), to the nearest. */
export function toBytes(x: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  return Uint8ClampedArray.from(x, (v) => (v + 1) * 127.5);
}

export function fromBytes(bytes: ArrayLike<number>): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 127.5 - 1);
}
