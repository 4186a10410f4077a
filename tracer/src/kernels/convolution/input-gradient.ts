/**
 * The gradients of a convolution, as forward operators of ONNX that run on all threads.
 *
 * Input gradient: for stride 1 a convolution with the flipped filter, its in and out channels swapped; else
 * ConvTranspose.
 *
 * Filter gradient: filter-gradient.ts.
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { convAttributes, type Geometry, imageValue } from './geometry.ts';

/** dy [N, O, H', W'] and W [O, C, kH, kW] to dx of logical NHWC `shape`. */
export function inputGradient(b: GraphBuilder, dy: Value, filter: Value, shape: readonly number[], g: Geometry): Value {
  const [outputs, inputs, kH, kW] = filter.dims as [number, number, number, number];
  const out = imageValue('', shape);
  const [top, left, bottom, right] = g.pads;
  const [reachY, reachX] = [g.dilations[0] * (kH - 1), g.dilations[1] * (kW - 1)];
  if (g.strides[0] === 1 && g.strides[1] === 1 && top <= reachY && left <= reachX) {
    const swapped = flipped(b, filter.name, [outputs, inputs, kH, kW]);
    const pads = [reachY - top, reachX - left, reachY - bottom, reachX - right] as const;
    return { ...out, name: b.emit('Conv', [dy.name, swapped], out, { attributes: convAttributes({ ...g, pads }) }) };
  }
  // What the strides leave over at the far end is the output padding.
  const [height, width] = [shape[1]!, shape[2]!];
  const rest = (size: number, axis: 0 | 1, before: number, after: number, reach: number) =>
    size - ((dy.dims[axis + 2]! - 1) * g.strides[axis] + reach + 1 - before - after);
  const outputPadding = [rest(height, 0, top, bottom, reachY), rest(width, 1, left, right, reachX)];
  const attributes = { ...convAttributes(g), output_padding: { ints: outputPadding } };
  return { ...out, name: b.emit('ConvTranspose', [dy.name, filter.name], out, { attributes }) };
}

/** [O, C, kH, kW] to [C, O, kH, kW] turned by 180 degrees. */
function flipped(b: GraphBuilder, filter: string, dims: readonly [number, number, number, number]): string {
  const [outputs, inputs, kH, kW] = dims;
  const swappedDims = [inputs, outputs, kH, kW];
  const attributes = { perm: { ints: [1, 0, 2, 3] } };
  const swapped = b.emit('Transpose', [filter], { dtype: 'float32', dims: swappedDims }, { attributes });
  if (kH * kW === 1) return swapped;
  const last = b.shape([-1, -1]);
  const ends = b.shape([-(2 ** 31), -(2 ** 31)]);
  return b.emit('Slice', [swapped, last, ends, b.shape([2, 3]), last], { dtype: 'float32', dims: swappedDims });
}
