/**
 * tf.image.cropAndResize: a box of an image, resized. Rows and columns are weighted by how near they are, so a crop is a
 * product R X C' with a matrix R for the rows and C for the columns, made from the boxes when the graph is run.
 *
 * Limit: a NaN or an infinity in an image spreads over the crop.
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import { logical, plain, relabel, type Value } from '../../graph/layout.ts';
import { image } from '../convolution/convolution.ts';
import { imageValue } from '../convolution/geometry.ts';
import { gathering } from '../tensors/gather.ts';
import { movement, reshape } from '../tensors/movement.ts';
import { apply, cast, combine, constant, scalar, where } from '../tensors/operators.ts';
import type { KernelTable } from '../tensors/row.ts';

const float = (b: GraphBuilder, op: string, ...values: Value[]): Value => combine(b, op, values, 'float32');
const vector = (b: GraphBuilder, values: number[], shape: number[]): Value =>
  constant(b, Float32Array.from(values), shape, 'float32');

interface Side {
  /** Weights of the elements of an axis in the crops, [boxes, crop, size]. */
  weights: Value;
  /** Does a row of them lie outside the image? [boxes, crop] */
  outside: Value;
}

/** @param axis 0 is height, 1 is width; boxes hold y1, x1, y2, x2. */
function side(b: GraphBuilder, boxes: Value, axis: 0 | 1, size: number, crop: number, method: string): Side {
  const count = boxes.shape[0]!;
  const corner = (column: number) =>
    movement.Slice!(b, { x: boxes }, { begin: [0, column], size: [count, 1] }) as Value;
  // From the first corner to the second; a crop of one element lies in the middle.
  const far = Array.from({ length: crop }, (_, i) => (crop > 1 ? i / (crop - 1) : 0.5));
  const part = (column: number, shares: number[]) => {
    const scaled = shares.map((share) => share * (size - 1));
    return float(b, 'Mul', corner(column), vector(b, scaled, [1, crop]));
  };
  const near = far.map((share) => 1 - share);
  const at = float(b, 'Add', part(axis, near), part(axis + 2, far)); // [boxes, crop]
  const below = combine(b, 'Less', [at, scalar(b, 0)], 'bool');
  const outside = combine(b, 'Or', [below, combine(b, 'Greater', [at, scalar(b, size - 1)], 'bool')], 'bool');
  const places = vector(
    b,
    Array.from({ length: size }, (_, i) => i),
    [1, 1, size],
  );
  const column = reshape(b, at, [count, crop, 1]);
  if (method === 'nearest') {
    const rounded = apply(b, 'Floor', float(b, 'Add', column, scalar(b, 0.5)));
    return { weights: cast(b, combine(b, 'Equal', [rounded, places], 'bool'), 'float32'), outside };
  }
  const distance = apply(b, 'Abs', float(b, 'Sub', column, places));
  return { weights: apply(b, 'Relu', float(b, 'Sub', scalar(b, 1), distance)), outside };
}

export const cropping: KernelTable = {
  CropAndResize: (b, inputs, { cropSize: [high, wide], method, extrapolationValue }) => {
    const boxes = logical(b, cast(b, inputs.boxes!, 'float32'));
    const stored = image(b, cast(b, inputs.image!, 'float32'));
    const [, height, width, channels] = stored.shape as [number, number, number, number];
    const count = boxes.shape[0]!;
    const picked = gathering.GatherV2!(
      b,
      { x: plain(stored.name, 'float32', stored.dims), indices: inputs.boxInd! },
      {
        axis: 0,
      },
    ) as Value; // [boxes, C, H, W]
    const rows = side(b, boxes, 0, height, high, method);
    const columns = side(b, boxes, 1, width, wide, method);
    const left = logical(b, reshape(b, rows.weights, [count, 1, high, height]));
    const right = logical(b, relabel(reshape(b, columns.weights, [count, 1, wide, width]), [0, 1, 3, 2]));
    const type = { dtype: 'float32', dims: [count, channels, high, width] } as const;
    const bands = b.emit('MatMul', [left.name, picked.name], type);
    const out = imageValue('', [count, high, wide, channels]);
    const crops = { ...out, name: b.emit('MatMul', [bands, right.name], out) };
    const outside = combine(
      b,
      'Or',
      [reshape(b, rows.outside, [count, high, 1, 1]), reshape(b, columns.outside, [count, 1, wide, 1])],
      'bool',
    );
    return where(b, outside, scalar(b, extrapolationValue), crops);
  },
};
