/**
 * Resizing of images, and its gradients.
 *
 * A resize is linear and works on rows and columns one after the other, so it is a matrix for each:
 * Y = R X C'. Its gradient is dX = R' dY C, whatever the corners and the centres: tfjs' own gradient kernels ignore
 * halfPixelCenters, and the one of the nearest neighbour is right for one image only.
 */
import type { Attribute, GraphBuilder } from '../../graph/graph.ts';
import { sameList, type Value } from '../../graph/layout.ts';
import { image } from '../convolution/convolution.ts';
import { imageValue } from '../convolution/geometry.ts';
import { cast } from '../tensors/operators.ts';
import type { KernelAttributes, KernelRow, KernelTable } from '../tensors/row.ts';

type Quad = [number, number, number, number];

/** Where the output elements of an axis lie in the input, as tfjs' cpu backend computes it. */
function positions(size: number, out: number, { alignCorners, halfPixelCenters }: KernelAttributes, centre: number) {
  const inner = alignCorners && out > 1 ? 1 : 0;
  const ratio = (size - inner) / (out - inner);
  return Array.from({ length: out }, (_, i) => (halfPixelCenters ? ratio * (i + 0.5) - centre : ratio * i));
}

/** The input element nearest to each output element. */
function nearest(size: number, out: number, attrs: KernelAttributes): number[] {
  const round = attrs.alignCorners ? Math.round : Math.floor;
  return positions(size, out, attrs, 0).map((at) => Math.max(0, Math.min(size - 1, round(at))));
}

/** Weights of the input elements (columns) in each output element (rows). */
type Weights = (size: number, out: number, attrs: KernelAttributes) => Float32Array;

const nearestWeights: Weights = (size, out, attrs) => {
  const weights = new Float32Array(out * size);
  for (const [i, at] of nearest(size, out, attrs).entries()) weights[i * size + at] = 1;
  return weights;
};

const linearWeights: Weights = (size, out, attrs) => {
  const weights = new Float32Array(out * size);
  for (const [i, at] of positions(size, out, attrs, 0.5).entries()) {
    const inside = Math.max(0, Math.min(size - 1, at));
    const before = Math.floor(inside);
    weights[i * size + before] = 1 - (inside - before);
    if (inside > before) weights[i * size + before + 1] = inside - before;
  }
  return weights;
};

/**
 * ONNX's Resize of height and width. Its sizes are of all axes, though Resize could do with those of two: onnxruntime's
 * transpose optimizer takes them for all.
 */
function resize(b: GraphBuilder, x: Value, size: readonly number[], attributes: Record<string, Attribute>): Value {
  const [n, , , c] = x.shape as Quad;
  const out = { ...imageValue('', [n, ...size, c]), dtype: x.dtype };
  return { ...out, name: b.emit('Resize', [x.name, '', '', b.shape(out.dims)], out, { attributes }) };
}

/** The elements of a stored axis at `indices`. */
function pick(b: GraphBuilder, x: Value, axis: 2 | 3, indices: readonly number[]): Value {
  if (x.dims[axis] === indices.length && indices.every((at, i) => at === i)) return x;
  const shape = x.shape.map((dim, i) => (i === x.order[axis] ? indices.length : dim));
  const dims = x.dims.map((dim, i) => (i === axis ? indices.length : dim));
  const index = b.constant(Int32Array.from(indices), [indices.length], 'int32');
  const attributes = { axis: { int: axis } };
  return { ...x, shape, dims, name: b.emit('Gather', [x.name, index], { dtype: x.dtype, dims }, { attributes }) };
}

/** Is each element repeated a whole number of times, the same for all? */
const isRepeat = (indices: readonly number[], size: number): boolean =>
  indices.length % size === 0 && indices.every((at, i) => at === Math.floor((i * size) / indices.length));

/** dX = R' dY C. */
const gradient =
  (weights: Weights): KernelRow =>
  (b, { images, dy }, attrs) => {
    const [n, height, width, channels] = images!.shape as Quad;
    const [, outHeight, outWidth] = dy!.shape as Quad;
    const from = image(b, cast(b, dy!, 'float32'));
    const out = imageValue('', images!.shape);
    if (weights === nearestWeights && outHeight % height === 0 && outWidth % width === 0) {
      const repeated = isRepeat(nearest(height, outHeight, attrs), height);
      if (repeated && isRepeat(nearest(width, outWidth, attrs), width)) {
        // Each pixel was repeated: a sum over its copies.
        const split = [n, channels, height, outHeight / height, width, outWidth / width];
        const apart = b.emit('Reshape', [from.name, b.shape(split)], { dtype: 'float32', dims: split });
        const attributes = { keepdims: { int: 0 } };
        return { ...out, name: b.emit('ReduceSum', [apart, b.shape([3, 5])], out, { attributes }) };
      }
    }
    let name = from.name;
    if (outWidth !== width || !sameList(nearest(width, outWidth, attrs), nearest(width, width, {}))) {
      const columns = b.constant(weights(width, outWidth, attrs), [outWidth, width], 'float32');
      name = b.emit('MatMul', [name, columns], { dtype: 'float32', dims: [n, channels, outHeight, width] });
    }
    if (outHeight !== height || !sameList(nearest(height, outHeight, attrs), nearest(height, height, {}))) {
      const flipped = transposed(weights(height, outHeight, attrs), outHeight, height);
      const rows = b.constant(flipped, [height, outHeight], 'float32');
      name = b.emit('MatMul', [rows, name], out);
    }
    return { ...out, name };
  };

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}

export const resizing: KernelTable = {
  ResizeBilinear: (b, { images }, attrs) => {
    const x = image(b, cast(b, images!, 'float32'));
    if (sameList(attrs.size, x.dims.slice(2))) return x;
    const centred = attrs.halfPixelCenters ? 'half_pixel' : 'asymmetric';
    return resize(b, x, attrs.size, {
      mode: { string: 'linear' },
      coordinate_transformation_mode: { string: attrs.alignCorners ? 'align_corners' : centred },
    });
  },
  ResizeNearestNeighbor: (b, { images }, attrs) => {
    const x = image(b, images!);
    const [, , height, width] = x.dims as Quad;
    const rows = nearest(height, attrs.size[0], attrs);
    const columns = nearest(width, attrs.size[1], attrs);
    // Gather is exact for any sizes; Resize computes positions in float32, which is exact for whole factors.
    if (!isRepeat(rows, height) || !isRepeat(columns, width)) return pick(b, pick(b, x, 2, rows), 3, columns);
    if (rows.length === height && columns.length === width) return x;
    return resize(b, x, attrs.size, {
      mode: { string: 'nearest' },
      coordinate_transformation_mode: { string: 'asymmetric' },
      nearest_mode: { string: 'floor' },
    });
  },
  ResizeBilinearGrad: gradient(linearWeights),
  ResizeNearestNeighborGrad: gradient(nearestWeights),
};
