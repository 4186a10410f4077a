/**
 * The gradients of a convolution, as forward operators of ONNX that run on all threads.
 *
 * Input gradient: for stride 1 a convolution with the flipped filter, its in and out channels swapped; else ConvTranspose.
 *
 * Filter gradient: dW[o, c, i, j] = sum over n, y, x of dy[n, o, y, x] * X[n, c, y s + i, x s + j], a matrix product once the
 * shifts of X by (i, j) are written out (im2col). For stride 1 half of the shifts can be given to dy instead:
 *   dW[o, c, i, j] = sum over n, y', x of dy[n, o, y' - i, x] * X[n, c, y', x + j]
 * so rows of dy shifted by i times columns of X shifted by j: kH + kW copies in place of kH * kW. Shifts are one-hot depthwise
 * convolutions, since Slice and Pad run on one thread.
 */
import { type GraphBuilder, sizeOf } from '../graph.ts';
import type { Value } from '../layout.ts';
import { convAttributes, type Geometry, imageValue } from './convolution.ts';

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

/** X [N, C, H, W] and dy [N, O, H', W'] to the stored dW [O, C, kH, kW]; `shape` is its logical HWIO shape. */
export function filterGradient(b: GraphBuilder, x: Value, dy: Value, shape: readonly number[], g: Geometry): string {
  const [kH, kW, inputs, outputs] = shape as [number, number, number, number];
  const dims = [outputs, inputs, kH, kW];
  const [, , height, width] = x.dims as [number, number, number, number];
  const [, , outHeight, outWidth] = dy.dims as [number, number, number, number];
  const unit = g.strides.every((s) => s === 1) && g.dilations.every((d) => d === 1);
  if (unit && kH * kW > 1 && height === outHeight && width === outWidth) {
    const columns = shifts(b, x, { ...g, kernel: [1, kW], pads: [0, g.pads[1], 0, g.pads[3]] });
    // Row y' of the product is row y' - i of dy: shift i of dy counts from the other end.
    const rows = shifts(b, dy, { ...g, kernel: [kH, 1], pads: [kH - 1 - g.pads[0], 0, g.pads[0], 0] }, true);
    const product = pairwise(b, rows, columns); // [O, kH, C, kW]
    const split = b.emit('Reshape', [product, b.shape([outputs, kH, inputs, kW])], {
      dtype: 'float32',
      dims: [outputs, kH, inputs, kW],
    });
    return b.emit('Transpose', [split], { dtype: 'float32', dims }, { attributes: { perm: { ints: [0, 2, 1, 3] } } });
  }
  const columns = kH * kW === 1 && unit ? x : shifts(b, x, g);
  const product = pairwise(b, dy, columns); // [O, C kH kW]
  return b.emit('Reshape', [product, b.shape(dims)], { dtype: 'float32', dims });
}

/** Every shift of every channel under the window: [N, C, H, W] to [N, C * kH * kW, H', W']. */
function shifts(b: GraphBuilder, x: Value, g: Geometry, reversed = false): Value {
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const [kH, kW] = g.kernel;
  const taps = kH * kW;
  const weights = new Float32Array(channels * taps * taps);
  for (let channel = 0; channel < channels; channel++) {
    for (let tap = 0; tap < taps; tap++) {
      weights[(channel * taps + tap) * taps + (reversed ? taps - 1 - tap : tap)] = 1;
    }
  }
  const size = (length: number, axis: 0 | 1) =>
    Math.floor(
      (length + g.pads[axis]! + g.pads[axis + 2]! - g.dilations[axis] * (g.kernel[axis] - 1) - 1) / g.strides[axis],
    ) + 1;
  const out = imageValue('', [batch, size(height, 0), size(width, 1), channels * taps]);
  const name = oneHotName(
    b,
    weights,
    [channels * taps, 1, kH, kW],
    `shift_${channels}_${kH}x${kW}${reversed ? 'r' : ''}`,
  );
  return { ...out, name: b.emit('Conv', [x.name, name], out, { attributes: convAttributes(g, channels) }) };
}

function oneHotName(b: GraphBuilder, weights: Float32Array, dims: readonly number[], name: string): string {
  return b.graph.constants.has(name) ? name : b.constant(weights, dims, 'float32', name);
}

/** Sum over images and pixels of a[n, p, :] * c[n, q, :]: [P, Q]. */
function pairwise(b: GraphBuilder, a: Value, c: Value): string {
  const [batch, p, height, width] = a.dims as [number, number, number, number];
  const q = c.dims[1]!;
  const pixels = height * width;
  // Few pixels an image: one product over all images, whose channels must lie together first. Many: a product an image.
  if (batch === 1 || pixels < 512) {
    const attributes = { transB: { int: 1 } };
    return b.emit('Gemm', [channelMajor(b, a), channelMajor(b, c)], { dtype: 'float32', dims: [p, q] }, { attributes });
  }
  const flat = (value: Value) => {
    const dims = [batch, value.dims[1]!, pixels];
    return b.emit('Reshape', [value.name, b.shape(dims)], { dtype: 'float32', dims });
  };
  const dims = [batch, p, q];
  const options = { attributes: { transB: { int: 1 } }, domain: 'com.microsoft' } as const;
  const products = b.emit('FusedMatMul', [flat(a), flat(c)], { dtype: 'float32', dims }, options);
  return b.emit(
    'ReduceSum',
    [products, b.shape([0])],
    { dtype: 'float32', dims: [p, q] },
    { attributes: { keepdims: { int: 0 } } },
  );
}

/** [N, C, H, W] to [C, N * H * W]. */
function channelMajor(b: GraphBuilder, x: Value): string {
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const swapped = { dtype: 'float32', dims: [channels, batch, height, width] } as const;
  const moved =
    batch === 1 ? x.name : b.emit('Transpose', [x.name], swapped, { attributes: { perm: { ints: [1, 0, 2, 3] } } });
  const dims = [channels, sizeOf([batch, height, width])];
  return b.emit('Reshape', [moved, b.shape(dims)], { dtype: 'float32', dims });
}
