/** NIfTI-1 files for tests. */

export interface NiftiVolume {
  size: [number, number, number];
  /** int16 values; the first axis varies fastest. */
  values: ArrayLike<number>;
  spacing?: [number, number, number];
  /** Values shown as black and white. */
  range?: [number, number];
  slope?: number;
  intercept?: number;
  datatype?: number;
}

/** Its axes lead to the right, forwards and up. */
export function niftiFile({
  size,
  values,
  spacing = [1, 1, 1],
  range,
  slope = 0,
  intercept = 0,
  datatype = 4,
}: NiftiVolume): Buffer {
  const head = Buffer.alloc(352);
  head.writeInt32LE(348, 0);
  for (const [i, side] of [3, ...size, 1, 1, 1, 1].entries()) head.writeInt16LE(side, 40 + 2 * i);
  head.writeInt16LE(datatype, 70);
  head.writeInt16LE(16, 72);
  for (const [i, millimetres] of [1, ...spacing].entries()) head.writeFloatLE(millimetres, 76 + 4 * i);
  head.writeFloatLE(352, 108);
  head.writeFloatLE(slope, 112);
  head.writeFloatLE(intercept, 116);
  if (range) {
    head.writeFloatLE(range[0], 128);
    head.writeFloatLE(range[1], 124);
  }
  head.write('Scan of Quengelsberg', 148, 'latin1');
  head.writeInt16LE(1, 254);
  for (let axis = 0; axis < 3; axis++) head.writeFloatLE(spacing[axis]!, 280 + 16 * axis + 4 * axis);
  head.write('n+1\0', 344, 'latin1');
  return Buffer.concat([head, Buffer.from(Int16Array.from(values).buffer)]);
}
