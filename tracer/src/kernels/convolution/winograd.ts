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
import type { GraphBuilder } from '../../graph/graph.ts';
import { full, inOrder, storedAs, type Value } from '../../graph/layout.ts';
import { convAttributes, type Geometry, imageValue } from './geometry.ts';
import { reshape, transpose } from './images.ts';
import { hasFewPixels } from './product.ts';

type Quad = readonly [number, number, number, number];

/** Stored order of a logical HWIO filter: [3, 3, O, C]. */
const TAPS_FIRST = [0, 1, 3, 2] as const;
/** Points of a tile in the transformed domain, and taps of a filter. */
const [POINTS, TAPS] = [16, 9];
/** Up to so many pixels, one matrix transforms a whole image. */
const isSmall = (pixels: number): boolean => pixels <= 64;
/** Larger images are better off with other forms. */
const MOST_PIXELS = 256;
/** Harmonic mean of the channels from which the products of larger images outweigh their transforms. */
const MANY_CHANNELS = 256;

const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];
/** Rows are pixels, columns are points, also below. */
const B = [
  [1, 0, 0, 0],
  [0, 1, -1, 1],
  [-1, 1, 1, 0],
  [0, 0, 0, -1],
];
const A = [
  [1, 1, 1, 0],
  [0, 1, -1, -1],
];
/** The points of a filter that is reversed, by those of the filter. */
const FLIPPED = [3, 1, 2, 0];

/** Which pixels go into a point, and whether points are those of reversed filters. */
type Kind = 'A' | 'B' | 'flipped A' | 'flipped B';
const isA = (kind: Kind): boolean => kind.endsWith('A');

/**
 * Is it asked for, and does it pay? The transforms take 16 multiplications for each channel, pixel and tile; what is saved are 5 for each
 * pixel and pair of channels.
 * @param shape logical NHWC shape of the output
 * @param filter logical HWIO shape
 */
export function suitsWinograd(
  { winograd }: GraphBuilder,
  [batch, height, width]: readonly number[],
  filter: readonly number[],
  g: Geometry,
): boolean {
  const [kH, kW, inputs, outputs] = filter as Quad;
  const one = [...g.strides, ...g.dilations, ...g.pads].every((value) => value === 1);
  if (!winograd || kH !== 3 || kW !== 3 || !one || height! % 2 !== 0 || width! % 2 !== 0) return false;
  const pixels = height! * width!;
  if (!isSmall(pixels)) return pixels <= MOST_PIXELS && (2 * inputs * outputs) / (inputs + outputs) >= MANY_CHANNELS;
  return (
    hasFewPixels([batch!, height!, width!], filter) &&
    4 * (16 * (pixels / 4) * (inputs + outputs)) <= 5 * inputs * outputs
  );
}

/** X [N, C, H, W] and W [O, C, 3, 3] in any order to Y of logical NHWC `shape`. */
export function winogradConvolution(b: GraphBuilder, x: Value, filter: Value, shape: readonly number[]): Value {
  const [batch, height, width, outputs] = shape as Quad;
  const tiles = (height * width) / 4;
  const inputs = x.dims[1]!;
  const type = { dtype: 'float32', dims: [POINTS, outputs, batch * tiles] } as const;
  const products = b.emit('MatMul', [filterPoints(b, filter, [outputs, inputs]), toPoints(b, x, 'B')], type);
  const name = fromPoints(b, products, 'A', [batch, outputs, height, width]);
  return { ...imageValue('', shape), name };
}

/** dY [N, O, H, W] and W [O, C, 3, 3] to dX of logical NHWC `shape`. */
export function winogradInputGradient(b: GraphBuilder, dy: Value, filter: Value, shape: readonly number[]): Value {
  const [batch, height, width, inputs] = shape as Quad;
  // Adding up tiles that overlap is fast as a matrix alone; else it is the convolution with the reversed filter.
  const [to, from] = isSmall(height * width) ? (['A', 'B'] as const) : (['flipped B', 'flipped A'] as const);
  const type = { dtype: 'float32', dims: [POINTS, inputs, (batch * height * width) / 4] } as const;
  const options = { attributes: { transA: { int: 1 } }, domain: 'com.microsoft' } as const;
  const operands = [filterPoints(b, filter, [dy.dims[1]!, inputs]), toPoints(b, dy, to)];
  const products = b.emit('FusedMatMul', operands, type, options);
  return { ...imageValue('', shape), name: fromPoints(b, products, from, [batch, inputs, height, width]) };
}

/** X [N, C, H, W] and dY [N, O, H, W] to dW of logical HWIO `shape`. */
export function winogradFilterGradient(b: GraphBuilder, x: Value, dy: Value, shape: readonly number[]): Value {
  const [inputs, outputs] = [x.dims[1]!, dy.dims[1]!];
  const type = { dtype: 'float32', dims: [POINTS, outputs, inputs] } as const;
  const options = { attributes: { transB: { int: 1 } }, domain: 'com.microsoft' } as const;
  const products = b.emit('FusedMatMul', [toPoints(b, dy, 'A'), toPoints(b, x, 'B')], type, options);
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

/** Every tile of every image [N, C, H, W], transformed: [16, C, N tiles]. */
function toPoints(b: GraphBuilder, x: Value, kind: Kind): string {
  const [batch, channels, height, width] = x.dims as Quad;
  if (!isSmall(height * width)) return tilesToPoints(b, x, kind);
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
function fromPoints(b: GraphBuilder, points: string, kind: Kind, dims: Quad): string {
  const [batch, channels, height, width] = dims;
  if (!isSmall(height * width)) return tilesFromPoints(b, points, kind, dims);
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

/** As `toPoints`, each tile by itself: a depthwise convolution of stride 2. */
function tilesToPoints(b: GraphBuilder, x: Value, kind: Kind): string {
  const [batch, channels, height, width] = x.dims as Quad;
  const tiles = (height * width) / 4;
  const [side, pad] = isA(kind) ? [2, 0] : [4, 1];
  const name = `winograd_${kind}_tiles_${channels}`;
  const one = [POINTS, side * side];
  const entry = (point: number, pixel: number) => tileEntry(kind, point, Math.floor(pixel / side), pixel % side);
  const weights = matrix(b, name, one, entry, channels);
  const filter = storedAs(b, weights, 'float32', [channels * POINTS, 1, side, side]);
  const geometry = { kernel: [side, side], strides: [2, 2], dilations: [1, 1], pads: [pad, pad, pad, pad] } as const;
  const type = { dtype: 'float32', dims: [batch, channels * POINTS, height / 2, width / 2] } as const;
  const points = b.emit('Conv', [x.name, filter], type, { attributes: convAttributes(geometry, channels) });
  const apart = reshape(b, points, [batch, channels, POINTS, tiles]);
  return reshape(b, transpose(b, apart, [2, 1, 0, 3]), [POINTS, channels, batch * tiles]);
}

/** As `fromPoints` of A: one product for all tiles, whose 2x2 pixels are then interleaved. */
function tilesFromPoints(b: GraphBuilder, points: string, kind: Kind, dims: Quad): string {
  const [batch, channels, height, width] = dims;
  const [rows, columns] = [height / 2, width / 2];
  const count = channels * batch * rows * columns;
  const transform = matrix(b, `winograd_${kind}_pixels`, [4, POINTS], (pixel, point) =>
    tileEntry(kind, point, pixel >> 1, pixel & 1),
  );
  const flat = reshape(b, points, [POINTS, count]);
  const pixels = b.emit('MatMul', [transform, flat], { dtype: 'float32', dims: [4, count] });
  const apart = reshape(b, pixels, [2, 2, channels, batch, rows, columns]);
  return reshape(b, transpose(b, apart, [3, 2, 4, 0, 5, 1]), dims);
}

/** (G kron G)[point, tap]. */
const filterEntry = (point: number, tap: number): number =>
  G[point >> 2]![Math.floor(tap / 3)]! * G[point & 3]![tap % 3]!;

/** What a pixel of an image counts in a point of a tile. */
function imageEntry(kind: Kind, width: number, point: number, pixel: number, tile: number): number {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  const [tileRow, tileColumn] = [Math.floor(tile / (width / 2)), tile % (width / 2)];
  const margin = isA(kind) ? 0 : 1;
  return tileEntry(kind, point, row - 2 * tileRow + margin, column - 2 * tileColumn + margin);
}

/** What a pixel of a tile counts in a point: a tile has 4x4 pixels for B, and the 2x2 in its middle for A. */
function tileEntry(kind: Kind, point: number, row: number, column: number): number {
  return pixelEntry(kind, row, point >> 2) * pixelEntry(kind, column, point & 3);
}

/** The same along one side: what the pixel at `pixel` counts in the point `index`. */
function pixelEntry(kind: Kind, pixel: number, index: number): number {
  const pixels = isA(kind) ? A : B;
  return pixels[pixel]?.[kind.startsWith('flipped') ? FLIPPED[index]! : index] ?? 0;
}

/** A constant of that name, made once: a matrix, or so many of it below each other. */
function matrix(
  b: GraphBuilder,
  name: string,
  dims: readonly number[],
  entry: (i: number, j: number, k: number) => number,
  times = 1,
): string {
  if (b.graph.constants.has(name)) return name;
  const [rows, columns, depth = 1] = dims as [number, number, number?];
  const size = rows * columns * depth;
  const data = new Float32Array(times * size);
  for (let i = 0; i < size; i++) {
    data[i] = entry(Math.floor(i / (columns * depth)), Math.floor(i / depth) % columns, i % depth);
  }
  for (let copy = 1; copy < times; copy++) data.copyWithin(copy * size, 0, size);
  return b.constant(data, [times * rows, ...dims.slice(1)], 'float32', name);
}
