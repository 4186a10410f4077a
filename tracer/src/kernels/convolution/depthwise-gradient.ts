/**
 * The gradients of a depthwise convolution. Back to the image it is a transposed convolution of as many groups; the
 * filter's is, channel by channel, a product of dy with every shift of the image.
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import { full, inOrder, type Value } from '../../graph/layout.ts';
import type { KernelTable } from '../tensors/row.ts';
import { image } from './convolution.ts';
import { convAttributes, geometry, imageValue } from './geometry.ts';
import { depthwise, reshape, transpose } from './images.ts';

type Quad = [number, number, number, number];
const OP = 'depthwiseConv2d';

/** [kH, kW, C, M] as ONNX's [C * M, 1, kH, kW]. */
function grouped(b: GraphBuilder, filter: Value): string {
  const [kH, kW, channels, multiplier] = filter.shape as Quad;
  const stored = full(b, inOrder(b, filter, [2, 3, 0, 1]));
  return reshape(b, stored.name, [channels * multiplier, 1, kH, kW]);
}

export const depthwiseGradients: KernelTable = {
  DepthwiseConv2dNativeBackpropInput: (b, { dy, filter }, attrs) => {
    const shape = attrs.inputShape as Quad;
    const g = geometry(OP, shape, filter!.shape, attrs);
    const out = imageValue('', shape);
    const from = image(b, dy!);
    // What the strides leave over at the far end is the output padding.
    const rest = ([0, 1] as const).map((axis) => {
      const reach = (from.dims[axis + 2]! - 1) * g.strides[axis] + g.dilations[axis] * (g.kernel[axis] - 1) + 1;
      return shape[axis + 1]! - (reach - g.pads[axis]! - g.pads[axis + 2]!);
    });
    const attributes = { ...convAttributes(g, shape[3]), output_padding: { ints: rest } };
    return { ...out, name: b.emit('ConvTranspose', [from.name, grouped(b, filter!)], out, { attributes }) };
  },
  DepthwiseConv2dNativeBackpropFilter: (b, { x, dy }, attrs) => {
    const [kH, kW, channels, multiplier] = attrs.filterShape as Quad;
    const g = geometry(OP, x!.shape, attrs.filterShape, attrs);
    const from = image(b, dy!);
    const [batch, , height, width] = from.dims as Quad;
    const taps = kH * kW;
    const all = { geometry: g, taps: Array.from({ length: taps }, (_, tap) => tap) };
    const shifts = depthwise(b, image(b, x!).name, channels, [batch, channels * taps, height, width], all);
    const rows = reshape(b, shifts, [batch, channels, taps, height * width]);
    const columns = transpose(b, reshape(b, from.name, [batch, channels, multiplier, height * width]), [0, 1, 3, 2]);
    const type = { dtype: 'float32', dims: [batch, channels, taps, multiplier] } as const;
    const products = b.emit('MatMul', [rows, columns], type);
    const summed = { dtype: 'float32', dims: [channels, taps, multiplier] } as const;
    const sum = b.emit('ReduceSum', [products, b.shape([0])], summed, { attributes: { keepdims: { int: 0 } } });
    const dims = [channels, kH, kW, multiplier];
    return { name: reshape(b, sum, dims), dtype: 'float32', shape: attrs.filterShape, order: [2, 0, 1, 3], dims };
  },
};
