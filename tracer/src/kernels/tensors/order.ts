/** Kernels that rank and count: the largest elements, places in a sorted sequence, histograms. */

import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { logical, plain, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { refuseWhere } from './arithmetic.ts';
import { reshape } from './movement.ts';
import { cast, combine, constant, countable, empty, numeric, scalar, where } from './operators.ts';
import type { KernelTable } from './row.ts';

function sum(b: GraphBuilder, x: Value, axis: number): Value {
  const shape = x.shape.filter((_, i) => i !== axis);
  const source = logical(b, x);
  const attributes = { keepdims: { int: 0 } };
  const type = { dtype: x.dtype, dims: shape };
  return plain(b.emit('ReduceSum', [source.name, b.shape([axis])], type, { attributes }), x.dtype, shape);
}

/**
 * How often each of 0 to `size` - 1 occurs along the last axis of `x`, or the sum of the weights there. A number below 0
 * is refused when the graph is run.
 * @param weights of the shape of `x`, or without elements
 */
function histogram(b: GraphBuilder, x: Value, weights: Value, size: number): Value {
  const dtype = weights.dtype === 'bool' ? 'int32' : weights.dtype;
  const numbers = cast(b, x, 'int32');
  const checked = refuseWhere(b, combine(b, 'Less', [numbers, scalar(b, 0, 'int32')], 'bool'));
  const column = reshape(b, combine(b, 'Add', [numbers, checked], 'int32'), [...x.shape, 1]);
  const bins = constant(
    b,
    Int32Array.from({ length: size }, (_, i) => i),
    [size],
    'int32',
  );
  const hit = combine(b, 'Equal', [column, bins], 'bool');
  const weight = sizeOf(weights.shape) > 0 ? reshape(b, cast(b, weights, dtype), column.shape) : undefined;
  const share = weight ? where(b, hit, weight, cast(b, scalar(b, 0), dtype)) : cast(b, hit, dtype);
  return sum(b, share, x.shape.length - 1);
}

export const ordering: KernelTable = {
  TopK: (b, { x }, { k }) => {
    const source = logical(b, numeric('topk', x!));
    const shape = [...source.shape.slice(0, -1), k];
    if (sizeOf(shape) === 0) return [empty(b, source.dtype, shape), empty(b, 'int32', shape)];
    const types = [
      { dtype: source.dtype, dims: shape },
      { dtype: 'int64', dims: shape },
    ] as const;
    const [values, indices] = b.emitMany('TopK', [source.name, b.shape([k])], types) as [string, string];
    return [plain(values, source.dtype, shape), cast(b, plain(indices, 'int64', shape), 'int32')];
  },
  // How many elements of the sorted sequence come before each value.
  SearchSorted: (b, { sortedSequence, values }, { side }) => {
    const [batch, length] = sortedSequence!.shape as [number, number];
    const [, count] = values!.shape as [number, number];
    const row = reshape(b, countable(b, sortedSequence!), [batch, 1, length]);
    const column = reshape(b, countable(b, values!), [batch, count, 1]);
    const before = combine(b, side === 'left' ? 'Less' : 'LessOrEqual', [row, column], 'bool');
    return sum(b, cast(b, before, 'int32'), 2);
  },
  // Of any shape.
  Bincount: (b, { x, weights }, { size }) => {
    const [numbers, shares] = [x!, weights!].map((value) => reshape(b, value, [sizeOf(value.shape)]));
    return histogram(b, numbers!, shares!, size);
  },
  DenseBincount: (b, { x, weights }, { size, binaryOutput }) => {
    if (x!.shape.length > 2) {
      throw new TraceError(`Cannot trace denseBincount: its x must be of rank 1 or 2, received ${x!.shape.length}.`);
    }
    // As in tfjs, which counts the numbers of a vector whatever binaryOutput says.
    if (!binaryOutput || x!.shape.length < 2) return histogram(b, x!, weights!, size);
    const none = empty(b, weights!.dtype, [0]);
    const counts = histogram(b, x!, none, size);
    const occurs = combine(b, 'Greater', [counts, cast(b, scalar(b, 0), counts.dtype)], 'bool');
    return cast(b, occurs, counts.dtype);
  },
};
