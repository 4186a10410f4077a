/**
 * Kernels that read or write at indices: gather, gatherND, scatterND, tensorScatterUpdate and sparseToDense.
 *
 * An index outside is an error, at once where it is known and by onnxruntime when the graph is run where it is not: in
 * ONNX a negative one would count from the end. Limit: where two updates of tensorScatterUpdate or sparseToDense have
 * the same index, onnxruntime says which of them stays.
 */
import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { full, identityOrder, logical, plain, relabel, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { reshape } from './movement.ts';
import { cast, combine, countable, empty, scalar, where } from './operators.ts';
import type { KernelTable } from './row.ts';

/** So low that onnxruntime refuses it as an index. */
const LOWEST = -(2 ** 31);

/**
 * Indices that are in 0 to size - 1.
 * @param sizes one for all, or one for each element of the last axis
 */
function inside(b: GraphBuilder, op: string, index: Value, sizes: readonly number[]): Value {
  const constant = b.graph.constants.get(index.name);
  if (!constant) {
    const below = combine(b, 'Less', [index, scalar(b, 0, 'int32')], 'bool');
    return where(b, below, scalar(b, LOWEST, 'int32'), index);
  }
  for (const [i, at] of Array.from(constant.data, Number).entries()) {
    const size = sizes[i % sizes.length]!;
    if (at >= 0 && at < size) continue;
    throw new TraceError(`Cannot trace ${op}: its indices must be in 0 to ${size - 1}, received ${at}.`);
  }
  return index;
}

/** Indices of elements, or of slices, one vector each: as int64 in logical order. */
function vectors(b: GraphBuilder, op: string, indices: Value, shape: readonly number[]): Value {
  const whole = logical(b, cast(b, indices, 'int32'));
  return cast(b, inside(b, op, whole, shape.slice(0, whole.shape.at(-1))), 'int64');
}

/** `x` gathered along `axis`, with the axes before `batch` in step with those of the indices. */
function gatherInStep(b: GraphBuilder, x: Value, indices: Value, axis: number, batch: number): Value {
  const axes = identityOrder(x.shape.length);
  const between = axes.slice(batch, axis);
  // [batch, axis, between, after]: GatherND takes the axis that follows the batch.
  const source = logical(b, relabel(x, [...axes.slice(0, batch), axis, ...between, ...axes.slice(axis + 1)]));
  const index = cast(b, inside(b, 'gather', logical(b, cast(b, indices, 'int32')), [x.shape[axis]!]), 'int64');
  const single = logical(b, reshape(b, index, [...index.shape, 1]));
  const shape = [...index.shape, ...source.shape.slice(batch + 1)];
  const attributes = { batch_dims: { int: batch } };
  const name = b.emit('GatherND', [source.name, single.name], { dtype: x.dtype, dims: shape }, { attributes });
  const found = identityOrder(shape.length);
  const read = found.slice(batch, index.shape.length);
  const [start, end] = [index.shape.length, index.shape.length + between.length];
  return relabel(plain(name, x.dtype, shape), [
    ...found.slice(0, batch),
    ...found.slice(start, end),
    ...read,
    ...found.slice(end),
  ]);
}

/** Writes `updates` into `data` at `indices`. */
function scatter(b: GraphBuilder, op: string, data: Value, indices: Value, updates: Value, reduction: string): Value {
  const target = logical(b, countable(b, data));
  const rows = indices.shape.length > 1 ? indices : reshape(b, indices, [...indices.shape, 1]);
  const index = vectors(b, op, rows, target.shape);
  const shape = [...rows.shape.slice(0, -1), ...target.shape.slice(rows.shape.at(-1))];
  // One number may stand for all updates.
  const one = updates.shape.length === 0;
  const spread = one ? { ...updates, shape, order: identityOrder(shape.length), dims: shape.map(() => 1) } : updates;
  const stored = one
    ? {
        ...spread,
        name: reshape(
          b,
          updates,
          shape.map(() => 1),
        ).name,
      }
    : spread;
  const given = logical(b, cast(b, stored, target.dtype));
  const attributes = { reduction: { string: reduction } };
  const name = b.emit('ScatterND', [target.name, index.name, given.name], target, { attributes });
  return cast(b, { ...target, name }, data.dtype);
}

/** One value everywhere. */
function filled(b: GraphBuilder, value: Value, shape: readonly number[]): Value {
  const one = reshape(
    b,
    value,
    shape.map(() => 1),
  );
  return full(b, { ...one, shape, order: identityOrder(shape.length) });
}

export const gathering: KernelTable = {
  GatherV2: (b, { x, indices }, { axis, batchDims }) => {
    const along = axis < 0 ? axis + x!.shape.length : axis;
    tf.backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, along, batchDims ?? 0);
    const batch = batchDims < 0 ? batchDims + indices!.shape.length : (batchDims ?? 0);
    if (batch > 0) return gatherInStep(b, x!, indices!, along, batch);
    const source = logical(b, x!);
    const index = inside(b, 'gather', logical(b, indices!), [source.shape[along]!]);
    const shape = [...source.shape.slice(0, along), ...index.shape, ...source.shape.slice(along + 1)];
    const attributes = { axis: { int: along } };
    const name = b.emit('Gather', [source.name, index.name], { dtype: source.dtype, dims: shape }, { attributes });
    return plain(name, source.dtype, shape);
  },
  GatherNd: (b, { params, indices }) => {
    const [shape] = tf.backend_util.prepareAndValidate(params as never, indices as never);
    const source = logical(b, params!);
    if (sizeOf(shape) === 0) return empty(b, source.dtype, shape);
    const index = vectors(b, 'gatherND', indices!, source.shape);
    const name = b.emit('GatherND', [source.name, index.name], { dtype: source.dtype, dims: shape });
    return plain(name, source.dtype, shape);
  },
  ScatterNd: (b, { indices, updates }, { shape }) => {
    tf.backend_util.calculateShapes(updates as never, indices as never, shape);
    const zero = cast(b, scalar(b, 0), updates!.dtype);
    return scatter(b, 'scatterND', filled(b, zero, shape), indices!, updates!, 'add');
  },
  TensorScatterUpdate: (b, { tensor, indices, updates }) => {
    tf.backend_util.calculateShapes(updates as never, indices as never, [...tensor!.shape]);
    return scatter(b, 'tensorScatterUpdate', tensor!, indices!, updates!, 'none');
  },
  SparseToDense: (b, { sparseIndices, sparseValues, defaultValue }, { outputShape }) => {
    tf.backend_util.calculateShapes(sparseValues as never, sparseIndices as never, outputShape);
    const start = filled(b, cast(b, defaultValue!, sparseValues!.dtype), outputShape);
    return scatter(b, 'sparseToDense', start, sparseIndices!, sparseValues!, 'none');
  },
};
