/**
 * Reductions: axes are mapped to the stored order, and an unwritten broadcast is reduced without being written out.
 */
import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { full, identityOrder, logical, storedAxis, type Value } from '../../graph/layout.ts';
import { cast, combine, countable, isNan, scalar, where, withoutNaN } from './operators.ts';
import type { KernelRow, KernelTable } from './row.ts';

/** Axes as tfjs gives them (one, some or all; negative from the end), as a list from 0 on. */
const normalised = (axis: number | number[] | undefined, rank: number): number[] =>
  [axis ?? identityOrder(rank)].flat().map((a) => (a < 0 ? a + rank : a));

/** The layout that is left when logical `axes` are reduced. */
function without(x: Value, axes: readonly number[], keep: boolean) {
  const kept = identityOrder(x.shape.length).filter((axis) => !axes.includes(axis));
  if (keep) {
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return { shape, order: x.order, dims: x.dims.map((dim, i) => (axes.includes(x.order[i]!) ? 1 : dim)) };
  }
  const stored = x.order.map((axis, i) => ({ axis, dim: x.dims[i]! })).filter(({ axis }) => !axes.includes(axis));
  return {
    shape: kept.map((axis) => x.shape[axis]!),
    order: stored.map(({ axis }) => kept.indexOf(axis)),
    dims: stored.map(({ dim }) => dim),
  };
}

/**
 * onnxruntime adds up elements that lie side by side one after the other, so rounding grows with their number. From this
 * many on, if asked for, the last axis is added up by itself: sums of sums are as exact as PyTorch's.
 */
const LONG_SUM = 1024;

function isLongSum(op: string, x: Value, axes: readonly number[]): boolean {
  if (x.dtype !== 'float32' || (op !== 'ReduceSum' && op !== 'ReduceMean')) return false;
  const rest = x.order.findLastIndex((axis) => !axes.includes(axis));
  const run = x.dims.slice(rest + 1);
  return run.length > 1 && run.at(-1)! > 1 && sizeOf(run) > run.at(-1)! && sizeOf(run) >= LONG_SUM;
}

function reduce(b: GraphBuilder, op: string, x: Value, axes: readonly number[], keep: boolean): Value {
  if (b.sumsInSteps && isLongSum(op, x, axes))
    return reduce(b, op, reduce(b, op, x, [x.order.at(-1)!], true), axes, keep);
  const { shape, order, dims } = without(x, axes, keep);
  if (axes.length === 0) return x;
  const attributes = { keepdims: { int: keep ? 1 : 0 } };
  const axesInput = b.shape(axes.map((axis) => storedAxis(x, axis)).sort((p, q) => p - q));
  return {
    name: b.emit(op, [x.name, axesInput], { dtype: x.dtype, dims }, { attributes }),
    dtype: x.dtype,
    shape,
    order,
    dims,
  };
}

/** How many times each stored element stands for a reduced one. */
const repeats = (x: Value, axes: readonly number[]): number =>
  sizeOf(axes.map((axis) => (x.dims[storedAxis(x, axis)] === 1 ? x.shape[axis]! : 1)));

/** The largest or the smallest. Of bools that is any or all. */
const extremum =
  (op: string): KernelRow =>
  (b, { x }, { axis, reductionIndices, keepDims }) => {
    // tfjs' Max alone calls its axes reductionIndices.
    const axes = normalised(axis ?? reductionIndices, x!.shape.length);
    const found = reduce(b, op, countable(b, x!), axes, keepDims);
    if (x!.dtype !== 'float32' || axes.length === 0) return cast(b, found, x!.dtype);
    // A NaN wins in tfjs, but not in onnxruntime.
    const spoilt = where(b, isNan(b, x!), scalar(b, Number.NaN), scalar(b, 0));
    return combine(b, 'Add', [found, reduce(b, 'ReduceSum', spoilt, axes, keepDims)], 'float32');
  };

/**
 * Where the largest or the smallest is. NaN is neither, as in tfjs, though its cpu backend takes a NaN that comes
 * first. `last` stands in for NaN: it loses to every number.
 */
const argument =
  (op: string, last: number): KernelRow =>
  (b, { x }, { axis }) => {
    const source = x!.dtype === 'float32' ? withoutNaN(b, x!, last) : countable(b, x!);
    const [reduced] = normalised(axis, source.shape.length);
    if (source.dims[storedAxis(source, reduced!)] === 1 && source.shape[reduced!] !== 1) {
      return argument(op, last)(b, { x: logical(b, x!) }, { axis });
    }
    const { shape, order, dims } = without(source, [reduced!], false);
    const attributes = { axis: { int: storedAxis(source, reduced!) }, keepdims: { int: 0 } };
    const found = b.emit(op, [source.name], { dtype: 'int64', dims }, { attributes });
    return cast(b, { name: found, dtype: 'int64', shape, order, dims }, 'int32');
  };

export const reductions: KernelTable = {
  Sum: (b, { x }, { axis, keepDims }) => {
    const axes = normalised(axis, x!.shape.length);
    const summed = countable(b, x!);
    const times = repeats(summed, axes);
    const sum = reduce(b, 'ReduceSum', summed, axes, keepDims);
    return times === 1 ? sum : combine(b, 'Mul', [sum, scalar(b, times, sum.dtype as 'float32' | 'int32')], sum.dtype);
  },
  Prod: (b, { x }, { axis, keepDims }) => {
    const written = full(b, countable(b, x!));
    return reduce(b, 'ReduceProd', written, normalised(axis, written.shape.length), keepDims);
  },
  Mean: (b, { x }, { axis, keepDims }) =>
    reduce(b, 'ReduceMean', cast(b, x!, 'float32'), normalised(axis, x!.shape.length), keepDims),
  Max: extremum('ReduceMax'),
  Min: extremum('ReduceMin'),
  Any: extremum('ReduceMax'),
  All: extremum('ReduceMin'),
  ArgMax: argument('ArgMax', Number.NEGATIVE_INFINITY),
  ArgMin: argument('ArgMin', Number.POSITIVE_INFINITY),
  Softmax: (b, { logits }, { dim }) => {
    const x = logical(b, logits!);
    const [axis] = normalised(dim, x.shape.length);
    return { ...x, name: b.emit('Softmax', [x.name], x, { attributes: { axis: { int: axis! } } }) };
  },
  Cumsum: (b, { x }, { axis, exclusive, reverse }) => {
    const source = full(b, countable(b, x!));
    const [along] = normalised(axis, source.shape.length).map((wanted) => storedAxis(source, wanted));
    const attributes = { exclusive: { int: exclusive ? 1 : 0 }, reverse: { int: reverse ? 1 : 0 } };
    return { ...source, name: b.emit('CumSum', [source.name, b.scalar(along!, 'int32')], source, { attributes }) };
  },
};
