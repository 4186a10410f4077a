/**
 * The filter gradient of a convolution as one convolution of onnxruntime's blocked kernels, whose filter is dY and whose
 * image is X:
 *
 *   dW[o, c, i, j] = sum over n, y, x of dY[n, o, y, x] * X[n, c, y s + i, x s + j]
 *
 * With the channels of X innermost, a row of X is a line of W * C numbers, and a step by one pixel is one by C numbers.
 * On such lines dY is a filter of H' x W' taps that are s lines and s * C numbers apart. It moves by whole lines (i) and
 * by single numbers (j * C + c), and its results are the gradient. Images are the channels of this convolution. The
 * kernels read dY as it is, in blocks [N, O / B, H', W', B], B the width of a vector register, so nothing is copied for
 * the taps. Only columns are padded beforehand, since the kernels compute padded columns one by one.
 *
 * One convolution adds up at most B - 1 images in this way. More are groups of it, added up at the end.
 */
import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { BLOCKED } from '../../passes/blocked-layout.ts';
import { convAttributes, type Geometry, outputSize } from './geometry.ts';
import { reshape, transpose } from './images.ts';

type Quad = readonly [number, number, number, number];

/**
 * Can it be computed so? The outputs must fill blocks, and so must the inputs unless they are fewer than a block.
 * @param dims of the stored dW, [O, C, kH, kW]
 */
export function suitsBlocks({ block }: GraphBuilder, x: Value, dims: readonly number[], g: Geometry): boolean {
  const [outputs, inputs] = dims as Quad;
  if (block === undefined || outputs % block !== 0 || (inputs > block && inputs % block !== 0)) return false;
  const [batch] = x.dims as Quad;
  const undilated = g.dilations.every((dilation) => dilation === 1);
  return undilated && (batch < block || batch % block === 0) && endPads(x, dims, g) !== undefined;
}

/** X [N, C, H, W] and dY [N, O, H', W'] to dW stored [O, kH, kW, C]. @param dims as in `suitsBlocks` */
export function blockedFilterGradient(
  b: GraphBuilder,
  x: Value,
  dy: Value,
  dims: readonly number[],
  g: Geometry,
): string {
  const [outputs, inputs, kH, kW] = dims as Quad;
  const [batch, , height] = x.dims as Quad;
  const [, , dyHeight, dyWidth] = dy.dims as Quad;
  const [sH, sW] = g.strides;
  const [top, left] = g.pads;
  const [bottom, right] = endPads(x, dims, g)!;
  const images = imagesPerGroup(b, dy, sizeOf(dims));
  const groups = batch / images;

  const few = inputs % b.block! !== 0;
  const lines = few ? transpose(b, x.name, [0, 2, 3, 1]) : channelsInnermost(b, padColumns(b, x, left, right));
  const image = reshape(b, lines, [1, batch, height, sizeOf(b.graph.types.get(lines)!.dims.slice(2))]);
  const filter = reshape(b, outputsFirst(b, dy, groups), [groups * outputs, images, dyHeight, dyWidth]);
  const geometry = {
    kernel: [dyHeight, dyWidth],
    strides: [1, 1],
    dilations: [sH, sW * inputs],
    pads: [top, few ? left * inputs : 0, bottom, few ? right * inputs : 0],
  } as const;
  const type = { dtype: 'float32', dims: [1, groups * outputs, kH, kW * inputs] } as const;
  const attributes = convAttributes(geometry, groups);
  const products = b.emit('Conv', [image, filter], type, { attributes, domain: BLOCKED });
  const plain = { dtype: 'float32', dims: [1, outputs, kH, kW * inputs] } as const;
  const sum = reshape(b, total(b, products, groups), plain.dims);
  const rows = b.emit('ReorderOutput', [sum], plain, { attributes: { channels: { int: outputs } }, domain: BLOCKED });
  return reshape(b, rows, [outputs, kH, kW, inputs]);
}

/** The padding below and to the right with which there are as many results as taps; undefined if none is. */
function endPads(x: Value, dims: readonly number[], g: Geometry): readonly [number, number] | undefined {
  const [bottom, right] = ([0, 1] as const).map((axis) => {
    const size = x.dims[axis + 2]!;
    return (outputSize(size, g, axis) - 1) * g.strides[axis] + dims[axis + 2]! - size - g.pads[axis]!;
  }) as [number, number];
  return bottom >= 0 && right >= 0 ? [bottom, right] : undefined;
}

/**
 * Images of a group. One where adding up the gradients of all images moves fewer numbers than bringing dY into an order
 * for groups of more.
 * @param weights number of weights of the filter
 */
function imagesPerGroup({ block }: GraphBuilder, dy: Value, weights: number): number {
  const [batch] = dy.dims as Quad;
  let images = batch * weights <= sizeOf(dy.dims) ? 1 : Math.min(batch, block! - 1);
  while (batch % images !== 0) images--;
  return images;
}

/** X in blocks, with columns of zeros around it. */
function padColumns(b: GraphBuilder, x: Value, left: number, right: number): string {
  const [batch, channels, height, width] = x.dims as Quad;
  const blocks = b.emit('ReorderInput', [x.name], { dtype: 'float32', dims: x.dims }, { domain: BLOCKED });
  if (left + right === 0) return blocks;
  const name = `ones_${channels}`;
  if (!b.graph.constants.has(name)) {
    b.constant(new Float32Array(channels).fill(1), [channels, 1, 1, 1], 'float32', name);
  }
  const geometry = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, left, 0, right] } as const;
  const type = { dtype: 'float32', dims: [batch, channels, height, width + left + right] } as const;
  return b.emit('Conv', [blocks, name], type, { attributes: convAttributes(geometry, channels), domain: BLOCKED });
}

/** An image in blocks to [N, H, W, C]. */
function channelsInnermost(b: GraphBuilder, blocks: string): string {
  const [batch, channels, height, width] = b.graph.types.get(blocks)!.dims as Quad;
  const attributes = { channels: { int: channels }, channels_last: { int: 1 } };
  const type = { dtype: 'float32', dims: [batch, height, width, channels] } as const;
  return b.emit('ReorderOutput', [blocks], type, { attributes, domain: BLOCKED });
}

/** dY in blocks, with the images of a group inside each block of outputs: [groups, O / B, N / groups, H', W', B]. */
function outputsFirst(b: GraphBuilder, dy: Value, groups: number): string {
  const [batch, outputs] = dy.dims as Quad;
  const blocks = b.emit('ReorderInput', [dy.name], { dtype: 'float32', dims: dy.dims }, { domain: BLOCKED });
  if (groups === batch) return blocks;
  const [images, sets] = [batch / groups, outputs / b.block!];
  const apart = reshape(b, blocks, [groups, images, sets, sizeOf(dy.dims) / (batch * sets)]);
  return transpose(b, apart, [0, 2, 1, 3]);
}

/** The sum of so many groups, as a product with ones: onnxruntime's sum over a first axis takes four times as long. */
function total(b: GraphBuilder, products: string, groups: number): string {
  if (groups === 1) return products;
  const size = sizeOf(b.graph.types.get(products)!.dims) / groups;
  const ones = b.constant(new Float32Array(groups).fill(1), [1, groups], 'float32');
  return b.emit('MatMul', [ones, reshape(b, products, [groups, size])], { dtype: 'float32', dims: [1, size] });
}
