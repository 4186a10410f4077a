/**
 * Pictures as floats in [-1, 1], as bytes, and as the browser paints them. The whole page uses these conversions. Bytes
 * turned into floats and back stay the same.
 */
import type { ImageShape } from '@onnoise/scheduler';

export { type ImageShape, toBytes } from '@onnoise/scheduler';
export { paint } from '../../src/canvas/paint.ts';

/** Values of a picture; C is 1 (gray) or 3 (red, green, blue). */
export const sizeOf = ([channels, height, width]: ImageShape): number => channels * height * width;

export function fromBytes(bytes: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < values.length; i++) values[i] = bytes[i]! / 127.5 - 1;
  return values;
}
