/**
 * Morphological dilation and its gradients: the maximum over a window of the image plus the filter.
 *
 *   y[i, j] = max over the taps (h, w) of x[i s + h d, j s + w d] + filter[h, w]
 *
 * The gradient goes to the first tap that is the maximum.
 */
import * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../../graph/graph.ts';
import { full, inOrder, plain, type Value } from '../../graph/layout.ts';
import { cast } from '../tensors/operators.ts';
import type { KernelAttributes, KernelTable } from '../tensors/row.ts';
import { image } from './convolution.ts';
import { convAttributes, type Geometry, imageValue, outputShape } from './geometry.ts';
import { reshape } from './images.ts';

type Quad = [number, number, number, number];

function geometryOf(x: Value, filter: Value, { strides, pad, dilations }: KernelAttributes): Geometry {
  const shapes = [x.shape as Quad, filter.shape as [number, number, number]] as const;
  const info = tf.backend_util.computeDilation2DInfo(...shapes, strides, pad, 'NHWC', dilations);
  const { top, left, bottom, right } = info.padInfo;
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
  };
}

/** x + filter at every tap, one below the other: stored [taps, N, C, H', W']. The border is less than any number. */
function taps(b: GraphBuilder, x: Value, filter: Value, g: Geometry) {
  const source = image(b, cast(b, x, 'float32'));
  const [batch, channels, height, width] = source.dims as Quad;
  const [top, left, bottom, right] = g.pads;
  const dims = [batch, channels, height + top + bottom, width + left + right];
  const border = [source.name, b.shape([0, 0, top, left, 0, 0, bottom, right]), b.scalar(Number.NEGATIVE_INFINITY)];
  const padded = b.emit('Pad', border, { dtype: 'float32', dims });
  const out = imageValue('', outputShape(x.shape, channels, g));
  const [, , rows, columns] = out.dims as Quad;
  const count = g.kernel[0] * g.kernel[1];
  const parts = Array.from({ length: count }, (_, tap) => {
    const at = [Math.floor(tap / g.kernel[1]) * g.dilations[0], (tap % g.kernel[1]) * g.dilations[1]];
    const end = [at[0]! + (rows - 1) * g.strides[0] + 1, at[1]! + (columns - 1) * g.strides[1] + 1];
    const inputs = [padded, b.shape(at), b.shape(end), b.shape([2, 3]), b.shape(g.strides)];
    return reshape(b, b.emit('Slice', inputs, out), [1, ...out.dims]);
  });
  const shape = [count, ...out.dims];
  const stacked = b.emit('Concat', parts, { dtype: 'float32', dims: shape }, { attributes: { axis: { int: 0 } } });
  const added = full(b, inOrder(b, cast(b, filter, 'float32'), [0, 1, 2]));
  const weights = reshape(b, added.name, [count, 1, channels, 1, 1]);
  return { name: b.emit('Add', [stacked, weights], { dtype: 'float32', dims: shape }), shape, out };
}

/** dy at the tap that is the maximum, 0 at the others: stored [taps, N, C, H', W']. */
function shared(b: GraphBuilder, x: Value, filter: Value, dy: Value, g: Geometry) {
  const { name, shape, out } = taps(b, x, filter, g);
  const attributes = { axis: { int: 0 }, keepdims: { int: 1 } };
  const found = b.emit('ArgMax', [name], { dtype: 'int64', dims: [1, ...out.dims] }, { attributes });
  const numbers = BigInt64Array.from({ length: shape[0]! }, (_, tap) => BigInt(tap));
  const tap = b.constant(numbers, [shape[0]!, 1, 1, 1, 1], 'int64');
  const hit = b.emit('Equal', [found, tap], { dtype: 'bool', dims: shape });
  const from = reshape(b, image(b, dy).name, [1, ...out.dims]);
  return { name: b.emit('Where', [hit, from, b.scalar(0)], { dtype: 'float32', dims: shape }), shape };
}

export const dilation: KernelTable = {
  Dilation2D: (b, { x, filter }, attrs) => {
    const { name, out } = taps(b, x!, filter!, geometryOf(x!, filter!, attrs));
    const type = { dtype: 'float32', dims: out.dims } as const;
    const largest = b.emit('ReduceMax', [name, b.shape([0])], type, { attributes: { keepdims: { int: 0 } } });
    return cast(b, { ...out, name: largest }, x!.dtype);
  },
  Dilation2DBackpropFilter: (b, { x, filter, dy }, attrs) => {
    const { name, shape } = shared(b, x!, filter!, dy!, geometryOf(x!, filter!, attrs));
    const dims = [shape[0]!, shape[2]!];
    const attributes = { keepdims: { int: 0 } };
    const sum = b.emit('ReduceSum', [name, b.shape([1, 3, 4])], { dtype: 'float32', dims }, { attributes });
    return plain(reshape(b, sum, filter!.shape), 'float32', filter!.shape);
  },
  Dilation2DBackpropInput: (b, { x, filter, dy }, attrs) => {
    const g = geometryOf(x!, filter!, attrs);
    const { name, shape } = shared(b, x!, filter!, dy!, g);
    const [count, batch, channels, height, width] = shape as [number, ...Quad];
    // A transposed convolution with one-hot filters puts every tap back into its place.
    const type = { dtype: 'float32', dims: [batch, channels, count, height, width] } as const;
    const moved = b.emit('Transpose', [name], type, { attributes: { perm: { ints: [1, 2, 0, 3, 4] } } });
    const data = new Float32Array(channels * count * count);
    for (let row = 0; row < channels * count; row++) data[row * count + (row % count)] = 1;
    const oneHot = b.constant(data, [channels * count, 1, ...g.kernel], 'float32');
    const rest = ([0, 1] as const).map((axis) => {
      const reach = ([height, width][axis]! - 1) * g.strides[axis] + g.dilations[axis] * (g.kernel[axis] - 1) + 1;
      return x!.shape[axis + 1]! - (reach - g.pads[axis]! - g.pads[axis + 2]!);
    });
    const attributes = { ...convAttributes(g, channels), output_padding: { ints: rest } };
    const out = imageValue('', x!.shape);
    const flat = reshape(b, moved, [batch, channels * count, height, width]);
    return { ...out, name: b.emit('ConvTranspose', [flat, oneHot], out, { attributes }) };
  },
};
