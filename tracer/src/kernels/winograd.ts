/**
 * Winograd's F(2x2, 3x3) for a 3x3 convolution of stride 1 and its two gradients: 16 products of channels for every
 * four pixels, in place of 36. With tiles of 4x4 pixels that overlap by two,
 *
 *   V = B' x B     U = G w G'     M = U V     y = A' M A
 *   dM = A dy A'   dV = U' dM     dU = dM V'  dx = sum over tiles of B dV B'   dw = G' dU G
 *
 * so the gradients need no transforms of their own operands but dM. On images of few pixels each transform of a whole
 * image is one matrix. Filters are read and made tap by tap, [3, 3, O, C]: whole rows of channels then move.
 *
 * Source: Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv 1509.09308), section 4.1.
 */
import type { GraphBuilder } from '../graph.ts';
import { full, inOrder, type Value } from '../layout.ts';
import { type Geometry, imageValue } from './convolution-geometry.ts';
import { reshape, transpose } from './images.ts';

type Quad = readonly [number, number, number, number];

/** Stored order of a logical HWIO filter: [3, 3, O, C]. */
const TAPS_FIRST = [0, 1, 3, 2] as const;
/** Points of a tile in the transformed domain, and taps of a filter. */
const [POINTS, TAPS] = [16, 9];
/** Beyond, the matrices of whole images cost too much. */
const MOST_PIXELS = 64;

const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];
const B = [
  [1, 0, 0, 0],
  [0, 1, -1, 1],
  [-1, 1, 1, 0],
  [0, 0, 0, -1],
];
const A = [
  [1, 0],
  [1, 1],
  [1, -1],
  [0, -1],
];

/**
 * Does it pay? The transforms take 16 multiplications for each channel, pixel and tile; what is saved are 5 for each
 * pixel and pair of channels.
 * @param shape logical NHWC shape of the output
 * @param filter logical HWIO shape
 */
export function suitsWinograd([, height, width]: readonly number[], filter: readonly number[], g: Geometry): boolean {
  const [kH, kW, inputs, outputs] = filter as Quad;
  const one = [...g.strides, ...g.dilations, ...g.pads].every((value) => value === 1);
  if (kH !== 3 || kW !== 3 || !one || height! % 2 !== 0 || width! % 2 !== 0) return false;
  const pixels = height! * width!;
  return pixels <= MOST_PIXELS && 4 * (16 * (pixels / 4) * (inputs + outputs)) <= 5 * inputs * outputs;
}

/** X [N, C, H, W] and W [O, C, 3, 3] in any order to Y of logical NHWC `shape`. */
export function winogradConvolution(b: GraphBuilder, x: Value, filter: Value, shape: readonly number[]): Value {
  const [batch, height, width, outputs] = shape as Quad;
  const tiles = (height * width) / 4;
  const inputs = x.dims[1]!;
  const type = { dtype: 'float32', dims: [POINTS, outputs, batch * tiles] } as const;
  const products = b.emit('MatMul', [filterPoints(b, filter, [outputs, inputs]), inputPoints(b, x)], type);
  const name = fromPoints(b, products, 'A', [batch, outputs, height, width]);
  return { ...imageValue('', shape), name };
}

/** dY [N, O, H, W] and W [O, C, 3, 3] to dX of logical NHWC `shape`. */
export function winogradInputGradient(b: GraphBuilder, dy: Value, filter: Value, shape: readonly number[]): Value {
  const [batch, height, width, inputs] = shape as Quad;
  const points = filterPoints(b, filter, [dy.dims[1]!, inputs]);
  const type = { dtype: 'float32', dims: [POINTS, inputs, (batch * height * width) / 4] } as const;
  const options = { attributes: { transA: { int: 1 } }, domain: 'com.microsoft' } as const;
  const products = b.emit('FusedMatMul', [points, outputPoints(b, dy)], type, options);
  return { ...imageValue('', shape), name: fromPoints(b, products, 'B', [batch, inputs, height, width]) };
}

/** X [N, C, H, W] and dY [N, O, H, W] to dW of logical HWIO `shape`. */
export function winogradFilterGradient(b: GraphBuilder, x: Value, dy: Value, shape: readonly number[]): Value {
  const [inputs, outputs] = [x.dims[1]!, dy.dims[1]!];
  const type = { dtype: 'float32', dims: [POINTS, outputs, inputs] } as const;
  const options = { attributes: { transB: { int: 1 } }, domain: 'com.microsoft' } as const;
  const products = b.emit('FusedMatMul', [outputPoints(b, dy), inputPoints(b, x)], type, options);
  const flat = reshape(b, products, [POINTS, outputs * inputs]);
  const back = matrix(b, 'winograd_filter_back', [TAPS, POINTS], (tap, point) => filterEntry(point, tap));
  const rows = b.emit('MatMul', [back, flat], { dtype: 'float32', dims: [TAPS, outputs * inputs] });
  const dims = TAPS_FIRST.map((axis) => shape[axis]!);
  return { name: reshape(b, rows, dims), dtype: 'float32', shape, order: TAPS_FIRST, dims };
}

/** U, [16, O, C]. */
function filterPoints(b: GraphBuilder, filter: Value, channels: readonly [number, number]): string {
  const size = channels[0] * channels[1];
  const rows = reshape(b, full(b, inOrder(b, filter, TAPS_FIRST)).name, [TAPS, size]);
  const transform = matrix(b, 'winograd_filter', [POINTS, TAPS], filterEntry);
  return reshape(b, b.emit('MatMul', [transform, rows], { dtype: 'float32', dims: [POINTS, size] }), [
    POINTS,
    ...channels,
  ]);
}

/** V, [16, C, N tiles]. */
const inputPoints = (b: GraphBuilder, x: Value): string => toPoints(b, x, 'B');
/** dM, [16, O, N tiles]. */
const outputPoints = (b: GraphBuilder, dy: Value): string => toPoints(b, dy, 'A');

/** Every tile of every image [N, C, H, W], transformed: [16, C, N tiles]. */
function toPoints(b: GraphBuilder, x: Value, kind: 'A' | 'B'): string {
  const [batch, channels, height, width] = x.dims as Quad;
  const [images, pixels, tiles] = [channels * batch, height * width, (height * width) / 4];
  const rows = reshape(b, transpose(b, x.name, [1, 0, 2, 3]), [1, images, pixels]);
  const name = `winograd_${kind}_to_${height}x${width}`;
  const transform = matrix(b, name, [POINTS, pixels, tiles], (point, pixel, tile) =>
    imageEntry(kind, width, point, pixel, tile),
  );
  const points = b.emit('MatMul', [rows, transform], { dtype: 'float32', dims: [POINTS, images, tiles] });
  return reshape(b, points, [POINTS, channels, batch * tiles]);
}

/** The opposite: [16, C, N tiles] to images of `dims` [N, C, H, W]; where tiles overlap they add up. */
function fromPoints(b: GraphBuilder, points: string, kind: 'A' | 'B', dims: Quad): string {
  const [batch, channels, height, width] = dims;
  const [images, pixels, tiles] = [channels * batch, height * width, (height * width) / 4];
  const apart = transpose(b, reshape(b, points, [POINTS, images, tiles]), [1, 0, 2]);
  const name = `winograd_${kind}_from_${height}x${width}`;
  const transform = matrix(b, name, [POINTS * tiles, pixels], (row, pixel) =>
    imageEntry(kind, width, Math.floor(row / tiles), pixel, row % tiles),
  );
  const flat = reshape(b, apart, [images, POINTS * tiles]);
  const rows = b.emit('MatMul', [flat, transform], { dtype: 'float32', dims: [images, pixels] });
  return transpose(b, reshape(b, rows, [channels, batch, height, width]), [1, 0, 2, 3]);
}

/** (G kron G)[point, tap]. */
const filterEntry = (point: number, tap: number): number =>
  G[point >> 2]![Math.floor(tap / 3)]! * G[point & 3]![tap % 3]!;

/** What a pixel counts in a point of a tile: those of 4x4 around it for B, its own 2x2 for A. */
function imageEntry(kind: 'A' | 'B', width: number, point: number, pixel: number, tile: number): number {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  const [tileRow, tileColumn] = [Math.floor(tile / (width / 2)), tile % (width / 2)];
  const entry = (at: number, start: number, index: number) =>
    kind === 'A' ? (A[index]![at - start] ?? 0) : (B[at - start + 1]?.[index] ?? 0);
  return entry(row, 2 * tileRow, point >> 2) * entry(column, 2 * tileColumn, point & 3);
}

/** A constant of that name, made once. */
function matrix(
  b: GraphBuilder,
  name: string,
  dims: readonly number[],
  entry: (i: number, j: number, k: number) => number,
): string {
  if (b.graph.constants.has(name)) return name;
  const [rows, columns, depth = 1] = dims as [number, number, number?];
  const data = new Float32Array(rows * columns * depth);
  for (let i = 0; i < data.length; i++) {
    data[i] = entry(Math.floor(i / (columns * depth)), Math.floor(i / depth) % columns, i % depth);
  }
  return b.constant(data, dims, 'float32', name);
}
