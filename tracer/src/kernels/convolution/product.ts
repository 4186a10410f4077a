/**
 * A convolution and its two gradients as matrix products over all images at once (im2col), for trained filters over few
 * pixels:
 *
 *   col[(c, i, j), (n, y, x)] = X[n, c, y s + i, x s + j]
 *   Y = W col        dW = dY col'        dX = col2im(W' dY)
 *
 * Deep in a network filters are larger than images. ONNX's Conv then multiplies image by image with the whole filter,
 * and the other forms of the gradients rearrange the filter; here the filter stays as it is, and `col` serves the
 * output and dW both.
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { type Geometry, imageValue } from './geometry.ts';
import { depthwise, reshape, transpose } from './images.ts';

type Quad = readonly [number, number, number, number];

/** Up to this many pixels are few, whatever the filter. */
const FEW_PIXELS = 64;

/**
 * Does the filter outweigh the image? An image of logical NHWC `shape` has few pixels, counted over its batch, where it
 * has no more than the mean of the input and output channels of a filter of logical HWIO shape `filter`.
 */
export function hasFewPixels([batch, height, width]: readonly number[], filter: readonly number[]): boolean {
  const [, , inputs, outputs] = filter as Quad;
  return batch! * height! * width! <= Math.max(FEW_PIXELS, (inputs + outputs) / 2);
}

/** X [N, C, H, W] and W [O, C, kH, kW] to Y of logical NHWC `shape`. */
export function productConvolution(
  b: GraphBuilder,
  x: Value,
  filter: Value,
  shape: readonly number[],
  g: Geometry,
): Value {
  const [batch, height, width, outputs] = shape as Quad;
  const [, inputs, kH, kW] = filter.dims as Quad;
  const weights = reshape(b, filter.name, [outputs, inputs * kH * kW]);
  const product = gemm(b, weights, columns(b, x, [height, width], g));
  return {
    ...imageValue('', shape),
    name: transpose(b, reshape(b, product, [outputs, batch, height, width]), [1, 0, 2, 3]),
  };
}

/** X [N, C, H, W] and dY [N, O, H', W'] to the stored dW of `dims` [O, C, kH, kW]. */
export function productFilterGradient(
  b: GraphBuilder,
  x: Value,
  dy: Value,
  dims: readonly number[],
  g: Geometry,
): string {
  const [, , height, width] = dy.dims as Quad;
  return reshape(b, gemm(b, pixelRows(b, dy), columns(b, x, [height, width], g), { transB: true }), dims);
}

/** dY [N, O, H', W'] and W [O, C, kH, kW] to dX of logical NHWC `shape`. */
export function productInputGradient(
  b: GraphBuilder,
  dy: Value,
  filter: Value,
  shape: readonly number[],
  g: Geometry,
): Value {
  const [batch, height, width, inputs] = shape as Quad;
  const [outputs, , kH, kW] = filter.dims as Quad;
  const [, , outHeight, outWidth] = dy.dims as Quad;
  const rows = inputs * kH * kW;
  const weights = reshape(b, filter.name, [outputs, rows]);
  const product = gemm(b, weights, pixelRows(b, dy), { transA: true }); // [C kH kW, N H' W']
  const images = transpose(b, reshape(b, product, [rows, batch, outHeight * outWidth]), [1, 0, 2]);
  const attributes = {
    dilations: { ints: g.dilations },
    pads: { ints: g.pads },
    strides: { ints: g.strides },
  };
  const out = imageValue('', shape);
  const name = b.emit('Col2Im', [images, b.shape([height, width]), b.shape([kH, kW])], out, { attributes });
  return { ...out, name };
}

/** X [N, C, H, W] to col [C kH kW, N H' W']. */
function columns(b: GraphBuilder, x: Value, size: readonly [number, number], g: Geometry): string {
  const [batch, channels] = x.dims as Quad;
  const taps = Array.from({ length: g.kernel[0] * g.kernel[1] }, (_, tap) => tap);
  const rows = channels * taps.length;
  const plain = taps.length === 1 && g.strides[0] * g.strides[1] === 1 && g.pads.every((pad) => pad === 0);
  const shifted = plain ? x.name : depthwise(b, x.name, channels, [batch, rows, ...size], { geometry: g, taps });
  return reshape(b, transpose(b, shifted, [1, 0, 2, 3]), [rows, batch * size[0] * size[1]]);
}

/** [N, C, H, W] to [C, N H W]. */
function pixelRows(b: GraphBuilder, x: Value): string {
  const [batch, channels, height, width] = x.dims as Quad;
  return reshape(b, transpose(b, x.name, [1, 0, 2, 3]), [channels, batch * height * width]);
}

function gemm(b: GraphBuilder, left: string, right: string, { transA = false, transB = false } = {}): string {
  const [p, q] = [b.graph.types.get(left)!.dims, b.graph.types.get(right)!.dims];
  const dims = [p[transA ? 1 : 0]!, q[transB ? 0 : 1]!];
  const attributes = { transA: { int: transA ? 1 : 0 }, transB: { int: transB ? 1 : 0 } };
  return b.emit('Gemm', [left, right], { dtype: 'float32', dims }, { attributes });
}
