/**
 * The filter gradient of a convolution as a matrix product:
 *
 *   dW[o, c, i, j] = sum over n, y, x of dy[n, o, y, x] * X[n, c, y + i, x + j]
 *
 * The shifts by (i, j) have to be written out. Half of them can be given to dy,
 *
 *   dW[o, c, i, j] = sum over n, y', x of dy[n, o, y' - i, x] * X[n, c, y', x + j]
 *
 * so rows of dy shifted by i times columns of X shifted by j: kH + kW copies where im2col takes kH * kW. A convolution
 * of stride s is first read as one of stride 1 over the s * s phases of X (space to depth). Shifts are one-hot
 * depthwise convolutions, since Slice and Pad run on one thread.
 *
 * Where onnxruntime's blocked kernels are there, blocked-filter-gradient.ts is faster.
 */
import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { transposeData, type Value } from '../../graph/layout.ts';
import { type Geometry, imageValue, outputSize } from './geometry.ts';
import { depthwise, reshape, type Shifts, transpose } from './images.ts';

type Quad = readonly [number, number, number, number];

/** X [N, C, H, W] and dy [N, O, H', W'] to the stored dW [O, C, kH, kW]; `dims` are those of dW. */
export function filterGradient(b: GraphBuilder, x: Value, dy: Value, dims: readonly number[], g: Geometry): string {
  const [outputs, inputs, kH, kW] = dims as Quad;
  const [sH, sW] = g.strides;
  const taps = kH * kW;
  if (!coversPhases(x, dy, g)) {
    const whole = { geometry: UNSHIFTED, taps: [0] };
    const rows = correlate(b, dy, whole, x, { geometry: g, taps: upTo(taps) }); // [O, taps, C]
    return filterOf(b, rows, dims);
  }
  if (sH * sW === 1) return filterOf(b, unstrided(b, x, dy, g), dims);

  // Tap i of stride s is tap floor(i / s) of phase i mod s.
  const phases = everyTap(b, x, { geometry: { ...g, kernel: [sH, sW] }, taps: upTo(sH * sW) }); // [N, C sH sW, ...]
  const [mH, mW] = [kH / sH, kW / sW];
  const gradient = unstrided(b, phases, dy, { ...UNSHIFTED, kernel: [mH, mW] }); // [O, mH mW, C sH sW]
  const split = reshape(b, gradient, [outputs * mH * mW, inputs, sH * sW]);
  const rows = transpose(b, split, [0, 2, 1]); // [O mH mW, sH sW, C]
  const ordered = moveRows(b, rows, [outputs, mH, mW, sH, sW], [0, 1, 3, 2, 4], inputs); // [O, mH, sH, mW, sW, C]
  return filterOf(b, ordered, dims);
}

const UNSHIFTED: Geometry = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

/** Do the windows cover the padded image exactly, in whole phases of the stride? */
function coversPhases(x: Value, dy: Value, { kernel, strides, dilations, pads }: Geometry): boolean {
  return ([0, 1] as const).every((axis) => {
    const padded = x.dims[axis + 2]! + pads[axis]! + pads[axis + 2]!;
    const reach = (dy.dims[axis + 2]! - 1) * strides[axis] + kernel[axis];
    const inside = pads[axis]! < kernel[axis] && pads[axis + 2]! < kernel[axis];
    return dilations[axis] === 1 && kernel[axis] % strides[axis] === 0 && padded === reach && inside;
  });
}

/** Stride 1: rows of dy shifted by i, columns of X shifted by j. Stored [O, kH kW, C]. */
function unstrided(b: GraphBuilder, x: Value, dy: Value, g: Geometry): string {
  const [kH, kW] = g.kernel;
  const [top, left, bottom, right] = g.pads;
  const columns = { geometry: { ...g, kernel: [1, kW], pads: [0, left, 0, right] }, taps: upTo(kW) } as const;
  // Row y' of the product is row y' - i of dy, so the taps of dy run backwards.
  const pads = [kH - 1 - top, 0, kH - 1 - bottom, 0] as const;
  const rows = { geometry: { ...g, kernel: [kH, 1], pads }, taps: upTo(kH).reverse() } as const;
  return correlate(b, dy, rows, x, columns);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, tap) => tap);

/**
 * Sum over images and pixels of a's shifts times c's shifts: stored [A, shifts of a times shifts of c, C]. For large
 * images: one product per image, then a sum. For small ones: one product over all images, for which the channels must
 * come first.
 */
function correlate(b: GraphBuilder, a: Value, aShifts: Shifts, c: Value, cShifts: Shifts): string {
  const [batch, p] = a.dims as Quad;
  const q = c.dims[1]!;
  const [m, n] = [aShifts.taps.length, cShifts.taps.length];
  const left = shiftedValue(a, aShifts);
  if (batch > 1 && left.dims[2]! * left.dims[3]! < 512) {
    // One product per shift of c: the products are smaller than the shifts, so it is the products that are
    // concatenated.
    const stacked = concat(b, channelsFirst(b, a, aShifts));
    const options = { attributes: { transB: { int: 1 } } };
    const products = channelsFirst(b, c, cShifts).map((columns) =>
      b.emit('Gemm', [stacked, columns], { dtype: 'float32', dims: [m * p, q] }, options),
    );
    const rows = concat(b, products); // [shifts of c, shifts of a, A, C]
    return reshape(b, m * n === 1 ? rows : moveRows(b, rows, [n, m, p], [2, 1, 0], q), [p, m * n, q]);
  }
  const flat = (value: Value) => reshape(b, value.name, [batch, value.dims[1]!, value.dims[2]! * value.dims[3]!]);
  const inputs = [flat(everyTap(b, a, aShifts)), flat(everyTap(b, c, cShifts))];
  const options = { attributes: { transB: { int: 1 } }, domain: 'com.microsoft' } as const;
  const products = b.emit('FusedMatMul', inputs, { dtype: 'float32', dims: [batch, p * m, q * n] }, options);
  const type = { dtype: 'float32', dims: [p * m, q * n] } as const;
  const product = b.emit('ReduceSum', [products, b.shape([0])], type, { attributes: { keepdims: { int: 0 } } });
  const split = reshape(b, product, [p * m, q, n]);
  return reshape(b, n === 1 ? split : transpose(b, split, [0, 2, 1]), [p, m * n, q]);
}

/**
 * [O, taps, C] to the filter [O, C, kH, kW]. The axis of size 1 keeps onnxruntime from moving the Transpose behind the
 * operators that read the gradient, which would do it once for each of them.
 */
function filterOf(b: GraphBuilder, rows: string, dims: readonly number[]): string {
  const [outputs, inputs, kH, kW] = dims as Quad;
  const apart = reshape(b, rows, [1, outputs, kH * kW, inputs]);
  return reshape(b, transpose(b, apart, [0, 1, 3, 2]), dims);
}

/**
 * Rows of `width` elements, numbered by the axes `split`, in the order of the axes `perm`: whole rows move, on all
 * threads.
 */
function moveRows(
  b: GraphBuilder,
  name: string,
  split: readonly number[],
  perm: readonly number[],
  width: number,
): string {
  const count = sizeOf(split);
  const order = `rows_${split.join('x')}_${perm.join('')}`;
  if (!b.graph.constants.has(order)) {
    const places = Int32Array.from({ length: count }, (_, i) => i);
    b.constant(transposeData(places, split, perm), [count], 'int32', order);
  }
  const rows = reshape(b, name, [count, width]);
  return b.emit(
    'Gather',
    [rows, order],
    { dtype: 'float32', dims: [count, width] },
    { attributes: { axis: { int: 0 } } },
  );
}

/** The layout of `everyTap`, without a name. */
function shiftedValue({ dims }: Value, { geometry, taps }: Shifts): Value {
  const [batch, channels, height, width] = dims as Quad;
  return imageValue('', [
    batch,
    outputSize(height, geometry, 0),
    outputSize(width, geometry, 1),
    channels * taps.length,
  ]);
}

/** Every shift of every channel: [N, C, H, W] to [N, C * taps, H', W']. */
function everyTap(b: GraphBuilder, x: Value, shifts: Shifts): Value {
  if (isIdentity(x.dims, shifts.geometry, shifts.taps)) return x;
  const out = shiftedValue(x, shifts);
  return { ...out, name: depthwise(b, x.name, x.dims[1]!, out.dims, shifts) };
}

/** The shifts of all channels, channels first: [N, C, H, W] to one [C, N * H' * W'] per shift. */
function channelsFirst(b: GraphBuilder, x: Value, { geometry, taps }: Shifts): string[] {
  const [batch, channels] = x.dims as Quad;
  const swapped = transpose(b, x.name, [1, 0, 2, 3]); // [C, N, H, W]
  const { dims } = b.graph.types.get(swapped)!;
  const [, , height, width] = shiftedValue(x, { geometry, taps }).dims as Quad;
  return taps.map((tap) => {
    const shifted = isIdentity(dims, geometry, [tap])
      ? swapped
      : depthwise(b, swapped, batch, [channels, batch, height, width], { geometry, taps: [tap] });
    return reshape(b, shifted, [channels, batch * height * width]);
  });
}

/** Matrices one below the other. */
function concat(b: GraphBuilder, parts: readonly string[]): string {
  if (parts.length === 1) return parts[0]!;
  const [rows, width] = b.graph.types.get(parts[0]!)!.dims as [number, number];
  const type = { dtype: 'float32', dims: [parts.length * rows, width] } as const;
  return b.emit('Concat', [...parts], type, { attributes: { axis: { int: 0 } } });
}

/** Does this shift leave the image as it is? */
function isIdentity(dims: readonly number[], g: Geometry, taps: readonly number[]): boolean {
  const tap = taps[0]!;
  const offset = [Math.floor(tap / g.kernel[1]) - g.pads[0], (tap % g.kernel[1]) - g.pads[1]];
  const sameSize = ([0, 1] as const).every((axis) => outputSize(dims[axis + 2]!, g, axis) === dims[axis + 2]);
  return taps.length === 1 && offset.every((o) => o === 0) && sameSize && g.strides.every((s) => s === 1);
}
