/**
 * Where the elements of a traced tensor lie.
 *
 * tfjs speaks of logical axes (NHWC, HWIO); ONNX wants NCHW and OIHW. A traced value therefore carries the physical
 * order it is stored in, and a transpose only relabels: no data moves until an operator asks for an order the value
 * does not have. A value may also be stored smaller than it is: an axis of logical size n and stored size 1 is a
 * broadcast that has not been written out, since ONNX's elementwise operators broadcast by themselves.
 */
import type { ConstantData, DType, GraphBuilder } from './graph.ts';
import { sizeOf } from './graph.ts';

export interface Value {
  readonly name: string;
  readonly dtype: DType;
  /** Logical shape, as tfjs sees it. */
  readonly shape: readonly number[];
  /** Stored axis i holds logical axis order[i]. */
  readonly order: readonly number[];
  /** Stored dimensions: shape[order[i]], or 1 where the broadcast is not written out. */
  readonly dims: readonly number[];
}

export const NCHW = [0, 3, 1, 2] as const; // stored order of logical NHWC
export const OIHW = [3, 2, 0, 1] as const; // stored order of logical HWIO
export const OHWI = [3, 0, 1, 2] as const; // the same, inputs innermost

export const identityOrder = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

export const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** A value stored in logical order, in full. */
export const plain = (name: string, dtype: DType, shape: readonly number[]): Value => ({
  name,
  dtype,
  shape,
  order: identityOrder(shape.length),
  dims: shape,
});

/** Relabels the logical axes: logical axis i of the result is axis perm[i] of `value`. Moves nothing. */
export function relabel(value: Value, perm: readonly number[]): Value {
  return {
    ...value,
    shape: perm.map((axis) => value.shape[axis]!),
    order: value.order.map((axis) => perm.indexOf(axis)),
  };
}

/** The stored axis that holds a logical axis. */
export const storedAxis = (value: Value, axis: number): number => value.order.indexOf(axis);

/** `value` with every broadcast written out. */
export function full(b: GraphBuilder, value: Value): Value {
  const dims = value.order.map((axis) => value.shape[axis]!);
  if (sameList(dims, value.dims)) return value;
  const constant = b.graph.constants.get(value.name);
  if (constant && constant.data.length === 1 && sizeOf(dims) <= 1024) {
    const data = constant.data.constructor as new (length: number) => ConstantData;
    const filled = new data(sizeOf(dims)).fill(constant.data[0] as never) as ConstantData;
    return { ...value, dims, name: b.constant(filled, dims, value.dtype) };
  }
  return { ...value, dims, name: b.emit('Expand', [value.name, b.shape(dims)], { dtype: value.dtype, dims }) };
}

/** `value` with its stored dimensions read as `dims`; the elements stay where they are. */
export function storedAs(b: GraphBuilder, name: string, dtype: DType, dims: readonly number[]): string {
  if (sameList(b.graph.types.get(name)!.dims, dims)) return name;
  const constant = b.graph.constants.get(name);
  if (constant) return b.constant(constant.data, dims, dtype, constant.data.length > 64 ? name : undefined);
  return b.emit('Reshape', [name, b.shape(dims)], { dtype, dims });
}

/** `value` stored in `order`: a Transpose, or only a Reshape where all that moves are axes of stored size 1. */
export function inOrder(b: GraphBuilder, value: Value, order: readonly number[]): Value {
  if (sameList(value.order, order)) return value;
  const perm = order.map((axis) => value.order.indexOf(axis));
  const dims = perm.map((axis) => value.dims[axis]!);
  const moved = perm.filter((axis) => value.dims[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) {
    return { ...value, order, dims, name: storedAs(b, value.name, value.dtype, dims) };
  }
  const constant = b.graph.constants.get(value.name);
  if (constant) {
    const data = transposeData(constant.data, value.dims, perm);
    return { ...value, order, dims, name: b.constant(data, dims, value.dtype, value.name) };
  }
  const name = b.emit(
    'Transpose',
    [value.name],
    { dtype: value.dtype, dims },
    { attributes: { perm: { ints: perm } } },
  );
  return { ...value, order, dims, name };
}

/** `value` in logical order and written out: what an operator without an idea of layout needs. */
export const logical = (b: GraphBuilder, value: Value): Value =>
  full(b, inOrder(b, value, identityOrder(value.shape.length)));

/** Transposes elements in JavaScript, for constants. */
export function transposeData<T extends ConstantData>(data: T, dims: readonly number[], perm: readonly number[]): T {
  const out = data.slice() as T;
  const outDims = perm.map((axis) => dims[axis]!);
  const strides = dims.map((_, axis) => sizeOf(dims.slice(axis + 1)));
  const outStrides = perm.map((axis) => strides[axis]!);
  const index = new Array<number>(perm.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let axis = perm.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += outStrides[axis]!;
      if (index[axis]! < outDims[axis]!) break;
      from -= outStrides[axis]! * outDims[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Writes out a broadcast in JavaScript, for constants: `dims` are those of `shape`, or 1. */
export function expandData<T extends ConstantData>(data: T, dims: readonly number[], shape: readonly number[]): T {
  if (data.length === sizeOf(shape)) return data;
  const out = new (data.constructor as new (length: number) => T)(sizeOf(shape));
  if (data.length === 1) return out.fill(data[0] as never) as T;
  const index = new Array<number>(shape.length).fill(0);
  for (let to = 0; to < out.length; to++) {
    out[to] = data[index.reduce((from, at, axis) => from * dims[axis]! + (dims[axis] === 1 ? 0 : at), 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}

/**
 * Operands of an elementwise operator brought to one stored order: that of the largest operand of full rank, constants
 * last.
 * @returns the stored names, and the layout of the result (which may itself be an unwritten broadcast).
 */
export function aligned(b: GraphBuilder, values: readonly Value[], shape: readonly number[]) {
  const rank = shape.length;
  const candidates = values.filter((value) => value.shape.length === rank);
  const computed = candidates.filter((value) => !b.graph.constants.has(value.name));
  const larger = (best: Value, value: Value) => (sizeOf(value.dims) > sizeOf(best.dims) ? value : best);
  const lead = (computed.length > 0 ? computed : candidates).reduce(larger);
  const order = lead.order;
  const operands = values.map((value) => withRank(b, value, order));
  const dims = order.map((_, i) => operands.map((operand) => operand.dims[i]!).reduce((a, b) => (a === 1 ? b : a)));
  const names = operands.map((operand) => {
    const stored = b.graph.types.get(operand.name)!.dims;
    // ONNX aligns trailing axes by itself: leading ones need no Reshape.
    if (sameList(stored, withoutLeadingOnes(operand.dims, stored.length))) return operand.name;
    return storedAs(b, operand.name, operand.dtype, operand.dims);
  });
  return { names, order, dims };
}

/** `value` in `order`, which may have more axes: those are new, of size 1, and come first in logical order. */
function withRank(b: GraphBuilder, value: Value, order: readonly number[]): Value {
  const added = order.length - value.shape.length;
  const own = order.filter((axis) => axis >= added).map((axis) => axis - added);
  const moved = inOrder(b, value, own);
  if (added === 0) return moved;
  return {
    ...moved,
    shape: [...new Array<number>(added).fill(1), ...value.shape],
    order,
    dims: order.map((axis) => (axis < added ? 1 : moved.dims[own.indexOf(axis - added)]!)),
  };
}

function withoutLeadingOnes(dims: readonly number[], rank: number): readonly number[] {
  const extra = dims.length - rank;
  return extra > 0 && dims.slice(0, extra).every((dim) => dim === 1) ? dims.slice(extra) : dims;
}
