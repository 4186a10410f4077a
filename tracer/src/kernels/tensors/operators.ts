/** What the rows are written with: ONNX operators over values that are stored in any order. */

import * as tf from '@tensorflow/tfjs';
import { ARRAY_TYPE, type Attribute, type ConstantData, type DType, type GraphBuilder } from '../../graph/graph.ts';
import { aligned, plain, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';

const ONNX_FLOAT = 1;
const ONNX_INT32 = 6;
const ONNX_INT64 = 7;
const ONNX_BOOL = 9;
const ONNX_TYPE: Record<string, number> = {
  float32: ONNX_FLOAT,
  int32: ONNX_INT32,
  int64: ONNX_INT64,
  bool: ONNX_BOOL,
};

/** One ONNX operator over a value. */
export function apply(
  b: GraphBuilder,
  op: string,
  x: Value,
  attributes: Record<string, Attribute> = {},
  dtype = x.dtype,
): Value {
  return { ...x, dtype, name: b.emit(op, [x.name], { dtype, dims: x.dims }, { attributes }) };
}

/** One ONNX operator over values that broadcast together. */
export function combine(
  b: GraphBuilder,
  op: string,
  values: readonly Value[],
  dtype: DType,
  attributes: Record<string, Attribute> = {},
): Value {
  const shape = values
    .map((value) => [...value.shape])
    .reduce((a, s) => tf.broadcast_util.assertAndGetBroadcastShape(a, s));
  const { names, order, dims } = aligned(b, values, shape);
  return { name: b.emit(op, names, { dtype, dims }, { attributes }), dtype, shape, order, dims };
}

export const constant = (b: GraphBuilder, data: ConstantData, shape: readonly number[], dtype: DType): Value =>
  plain(b.constant(data, shape, dtype), dtype, shape);

export const scalar = (b: GraphBuilder, value: number, dtype: 'float32' | 'int32' = 'float32'): Value =>
  plain(b.scalar(value, dtype), dtype, []);

/** A tensor without elements. */
export const empty = (b: GraphBuilder, dtype: DType, shape: readonly number[]): Value =>
  constant(b, new ARRAY_TYPE[dtype as keyof typeof ARRAY_TYPE](0), shape, dtype);

export function cast(b: GraphBuilder, x: Value, dtype: DType): Value {
  if (ONNX_TYPE[dtype] === undefined)
    throw new TraceError(`Cannot trace cast: its dtype must be float32, int32 or bool, received ${dtype}.`);
  return x.dtype === dtype ? x : apply(b, 'Cast', x, { to: { int: ONNX_TYPE[dtype]! } }, dtype);
}

/** `x`, if it holds numbers. */
export function numeric(op: string, x: Value): Value & { dtype: 'float32' | 'int32' } {
  if (x.dtype === 'float32' || x.dtype === 'int32') return x as Value & { dtype: 'float32' | 'int32' };
  throw new TraceError(
    `Cannot trace ${op}: its operands must be float32 or int32, received ${x.dtype}. Cast them first.`,
  );
}

/** A bool as the integer 0 or 1, a number as it is. */
export const countable = (b: GraphBuilder, x: Value): Value => (x.dtype === 'bool' ? cast(b, x, 'int32') : x);

/** condition ? yes : no. */
export function where(b: GraphBuilder, condition: Value, yes: Value, no: Value): Value {
  // onnxruntime has no Where on bools.
  const picked = combine(
    b,
    'Where',
    [condition, countable(b, yes), countable(b, no)],
    yes.dtype === 'bool' ? 'int32' : yes.dtype,
  );
  return cast(b, picked, yes.dtype);
}

export const isNan = (b: GraphBuilder, x: Value): Value => apply(b, 'IsNaN', x, {}, 'bool');

/** A float with `value` in place of NaN. */
export const withoutNaN = (b: GraphBuilder, x: Value, value: number): Value =>
  where(b, isNan(b, x), scalar(b, value), x);
