/**
 * Elementwise kernels: they follow the stored order of their operands, so no layout is ever changed by them.
 */
import * as tf from '@tensorflow/tfjs';
import type { Attribute, DType, GraphBuilder } from '../graph.ts';
import { aligned, inOrder, plain, type Value } from '../layout.ts';
import type { KernelTable, Row } from './row.ts';

const ONNX_FLOAT = 1;
const ONNX_INT32 = 6;
const ONNX_BOOL = 9;
const ONNX_TYPE: Record<string, number> = { float32: ONNX_FLOAT, int32: ONNX_INT32, bool: ONNX_BOOL };

/** One ONNX operator over a value. */
function apply(
  b: GraphBuilder,
  op: string,
  x: Value,
  attributes: Record<string, Attribute> = {},
  dtype = x.dtype,
): Value {
  return { ...x, dtype, name: b.emit(op, [x.name], { dtype, dims: x.dims }, { attributes }) };
}

/** One ONNX operator over values that broadcast together. */
export function combine(b: GraphBuilder, op: string, values: readonly Value[], dtype: DType): Value {
  const shape = values
    .map((value) => [...value.shape])
    .reduce((a, s) => tf.broadcast_util.assertAndGetBroadcastShape(a, s));
  const { names, order, dims } = aligned(b, values, shape);
  return { name: b.emit(op, names, { dtype, dims }), dtype, shape, order, dims };
}

export const scalar = (b: GraphBuilder, value: number, dtype: DType = 'float32'): Value =>
  plain(b.scalar(value, dtype === 'int32' ? 'int32' : 'float32'), dtype, []);

export function cast(b: GraphBuilder, x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : apply(b, 'Cast', x, { to: { int: ONNX_TYPE[dtype]! } }, dtype);
}

const unary =
  (op: string): Row =>
  (b, { x }) =>
    apply(b, op, x!);

const binary =
  (op: string): Row =>
  (b, { a, b: c }) =>
    combine(b, op, [a!, c!], a!.dtype);

const compare =
  (op: string): Row =>
  (b, { a, b: c }) =>
    // ONNX compares numbers; a tfjs bool is compared as 0 and 1.
    combine(
      b,
      op,
      [a!, c!].map((value) => (value.dtype === 'bool' ? cast(b, value, 'int32') : value)),
      'bool',
    );

const clip = (b: GraphBuilder, x: Value, low: number, high: number): Value => ({
  ...x,
  name: b.emit('Clip', [x.name, b.scalar(low, x.dtype as 'float32'), b.scalar(high, x.dtype as 'float32')], x),
});

/** condition ? yes : no. */
const where = (b: GraphBuilder, condition: Value, yes: Value, no: Value): Value =>
  combine(b, 'Where', [condition, yes, no], yes.dtype);

const greaterThanZero = (b: GraphBuilder, x: Value): Value => combine(b, 'Greater', [x, scalar(b, 0, x.dtype)], 'bool');

export const elementwise: KernelTable = {
  Abs: unary('Abs'),
  Acos: unary('Acos'),
  Acosh: unary('Acosh'),
  Asin: unary('Asin'),
  Asinh: unary('Asinh'),
  Atan: unary('Atan'),
  Atanh: unary('Atanh'),
  Ceil: unary('Ceil'),
  Cos: unary('Cos'),
  Cosh: unary('Cosh'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  Identity: (_, { x }) => x!,
  Log: unary('Log'),
  LogicalNot: unary('Not'),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal'),
  Relu: unary('Relu'),
  Round: unary('Round'),
  Selu: unary('Selu'),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Sin: unary('Sin'),
  Sinh: unary('Sinh'),
  Softplus: unary('Softplus'),
  Sqrt: unary('Sqrt'),
  Tan: unary('Tan'),
  Tanh: unary('Tanh'),
  Elu: unary('Elu'),
  LeakyRelu: (b, { x }, { alpha }) => apply(b, 'LeakyRelu', x!, { alpha: { float: alpha } }),
  IsNan: (b, { x }) => apply(b, 'IsNaN', x!, {}, 'bool'),
  Relu6: (b, { x }) => clip(b, x!, 0, 6),
  ClipByValue: (b, { x }, { clipValueMin, clipValueMax }) => clip(b, x!, clipValueMin, clipValueMax),
  Rsqrt: (b, { x }) => apply(b, 'Reciprocal', apply(b, 'Sqrt', x!)),
  Square: (b, { x }) => combine(b, 'Mul', [x!, x!], x!.dtype),
  Log1p: (b, { x }) => apply(b, 'Log', combine(b, 'Add', [x!, scalar(b, 1)], 'float32')),
  Expm1: (b, { x }) => combine(b, 'Sub', [apply(b, 'Exp', x!), scalar(b, 1)], 'float32'),
  Step: (b, { x }, { alpha }) => {
    const positive = greaterThanZero(b, x!);
    return alpha ? where(b, positive, scalar(b, 1), scalar(b, alpha)) : cast(b, positive, 'float32');
  },
  Cast: (b, { x }, { dtype }) => {
    // tfjs truncates towards zero and reads any number but 0 as true: so does ONNX.
    return cast(b, x!, dtype);
  },

  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  Prelu: (b, { x, alpha }) => {
    const negative = combine(b, 'Mul', [x!, alpha!], 'float32');
    return where(b, greaterThanZero(b, x!), x!, negative);
  },
  FloorDiv: (b, { a, b: c }) => {
    if (a!.dtype === 'float32') return apply(b, 'Floor', combine(b, 'Div', [a!, c!], 'float32'));
    const quotient = combine(b, 'Div', [cast(b, a!, 'float32'), cast(b, c!, 'float32')], 'float32');
    return cast(b, apply(b, 'Floor', quotient), a!.dtype);
  },
  SquaredDifference: (b, { a, b: c }) => {
    const difference = combine(b, 'Sub', [a!, c!], a!.dtype);
    return combine(b, 'Mul', [difference, difference], a!.dtype);
  },
  EluGrad: (b, { dy, y }) => {
    const slope = where(b, greaterThanZero(b, y!), scalar(b, 1), combine(b, 'Add', [y!, scalar(b, 1)], 'float32'));
    return combine(b, 'Mul', [dy!, slope], 'float32');
  },
  AddN: (b, inputs) => combine(b, 'Sum', Object.values(inputs), inputs['0']!.dtype),

  Equal: compare('Equal'),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  NotEqual: (b, { a, b: c }) => apply(b, 'Not', combine(b, 'Equal', [a!, c!], 'bool')),
  LogicalAnd: binary('And'),
  LogicalOr: binary('Or'),
  Select: (b, { condition, t, e }) => {
    // A condition of rank 1 picks rows.
    const rank = t!.shape.length;
    const rows = condition!.shape.length === 1 && rank > 1;
    const picked = rows ? rowCondition(b, condition!, rank) : condition!;
    return where(b, picked, t!, e!);
  },
};

function rowCondition(b: GraphBuilder, condition: Value, rank: number): Value {
  const shape = [condition.shape[0]!, ...new Array<number>(rank - 1).fill(1)];
  const stored = inOrder(b, condition, [0]);
  return plain(b.emit('Reshape', [stored.name, b.shape(shape)], { dtype: 'bool', dims: shape }), 'bool', shape);
}
