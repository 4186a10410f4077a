/**
 * Pictures as floats in [-1, 1], as bytes, and as the browser paints them. The whole page uses these conversions. Bytes
 * turned into floats and back stay the same.
 */
export { paint } from '@onnoise/runtime-web/paint';
export { type ImageShape, sizeOf, toBytes } from '@onnoise/scheduler/model';

export function fromBytes(bytes: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < values.length; i++) values[i] = bytes[i]! / 127.5 - 1;
  return values;
}
