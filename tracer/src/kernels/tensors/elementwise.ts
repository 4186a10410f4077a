/**
 * Elementwise kernels: they follow the stored order of their operands and never change a layout.
 *
 * Dtypes are those of tfjs' cpu backend: an operator that ONNX defines on floats alone is computed in float32 and its
 * result brought back to int32 where tfjs does so, truncated towards zero. A bool is not a number in ONNX: arithmetic
 * on bools is an error, while comparisons, logic, reductions and casts take them.
 *
 * Limits: integers divide through float32, exact up to 2^24. Of a float that int32 cannot hold (NaN too), ONNX leaves open what a
 * cast makes: onnxruntime-node and onnxruntime-web differ, and tfjs' cpu differs from both. There is no cheap form of its
 * remainder modulo 2^32: onnxruntime makes one cast of a cast to int64 and another to int32, and GPUs lack int64. And pow(1, NaN) is 1, as in IEEE 754 and not in JavaScript.
 */
import * as tf from '@tensorflow/tfjs';
import type { DType, GraphBuilder } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { apply, cast, combine, countable, isNan, numeric, scalar, where, withoutNaN } from './operators.ts';
import type { KernelRow, KernelTable } from './row.ts';

const unary =
  (op: string): KernelRow =>
  (b, { x }) =>
    apply(b, op, numeric(op, x!));

/**
 * An operator on floats. An int32 goes through float32, and comes back, unless tfjs gives the result another `dtype`.
 */
const floating =
  (op: string, dtype?: DType): KernelRow =>
  (b, { x }) =>
    cast(b, apply(b, op, cast(b, numeric(op, x!), 'float32')), dtype ?? x!.dtype);

const binary =
  (op: string): KernelRow =>
  (b, { a, b: c }) =>
    combine(b, op, [numeric(op, a!), numeric(op, c!)], a!.dtype);

const logic =
  (op: string): KernelRow =>
  (b, { a, b: c }) =>
    combine(b, op, [a!, c!], 'bool');

const compare =
  (op: string): KernelRow =>
  (b, { a, b: c }) =>
    // ONNX compares numbers; a tfjs bool is compared as 0 and 1.
    combine(b, op, [countable(b, a!), countable(b, c!)], 'bool');

function clip(b: GraphBuilder, x: Value, low: number, high: number): Value {
  const { dtype } = numeric('Clip', x);
  return { ...x, name: b.emit('Clip', [x.name, b.scalar(low, dtype), b.scalar(high, dtype)], x) };
}

function greaterThanZero(b: GraphBuilder, x: Value): Value {
  return combine(b, 'Greater', [x, scalar(b, 0, numeric('Greater', x).dtype)], 'bool');
}

/** So small that 1 + x is not exact: |x| < 1/2. */
const isSmall = (b: GraphBuilder, x: Value): Value => combine(b, 'Less', [apply(b, 'Abs', x), scalar(b, 0.5)], 'bool');

/** The largest power of two in float32, and the smallest. */
const STEEPEST = 2 ** 127;
const SMALLEST = 2 ** -149;

export const elementwise: KernelTable = {
  Abs: unary('Abs'),
  Acos: floating('Acos'),
  Acosh: floating('Acosh'),
  Asin: floating('Asin'),
  Asinh: floating('Asinh'),
  Atan: floating('Atan'),
  Atanh: floating('Atanh'),
  Ceil: floating('Ceil'),
  Cos: floating('Cos'),
  Cosh: floating('Cosh'),
  Erf: floating('Erf', 'float32'),
  Exp: floating('Exp', 'float32'),
  Floor: floating('Floor'),
  Identity: (_, { x }) => x!,
  Log: floating('Log'),
  LogicalNot: (b, { x }) => apply(b, 'Not', x!),
  Neg: unary('Neg'),
  Reciprocal: floating('Reciprocal'),
  Relu: unary('Relu'),
  Round: (b, { x }) => (x!.dtype === 'int32' ? x! : apply(b, 'Round', numeric('Round', x!))),
  Selu: floating('Selu'),
  Sigmoid: floating('Sigmoid'),
  // tfjs gives a NaN no sign.
  Sign: (b, { x }) => apply(b, 'Sign', x!.dtype === 'float32' ? withoutNaN(b, x!, 0) : numeric('Sign', x!)),
  Sin: floating('Sin'),
  Sinh: floating('Sinh'),
  Softplus: floating('Softplus'),
  Sqrt: floating('Sqrt'),
  Tan: floating('Tan'),
  Tanh: floating('Tanh'),
  Elu: floating('Elu'),
  LeakyRelu: (b, { x }, { alpha }) =>
    apply(b, 'LeakyRelu', cast(b, numeric('LeakyRelu', x!), 'float32'), { alpha: { float: alpha } }),
  IsNan: (b, { x }) => isNan(b, cast(b, x!, 'float32')),
  Relu6: (b, { x }) => clip(b, x!, 0, 6),
  ClipByValue: (b, { x }, { clipValueMin, clipValueMax }) => clip(b, x!, clipValueMin, clipValueMax),
  Rsqrt: (b, { x }) => apply(b, 'Reciprocal', apply(b, 'Sqrt', x!)),
  Square: (b, { x }) => combine(b, 'Mul', [numeric('Square', x!), x!], x!.dtype),
  // 1 + x has lost the last digits of a small x; atanh and tanh have not.
  Log1p: (b, { x }) => {
    const number = cast(b, numeric('Log1p', x!), 'float32');
    const ratio = combine(b, 'Div', [number, combine(b, 'Add', [number, scalar(b, 2)], 'float32')], 'float32');
    const near = combine(b, 'Mul', [apply(b, 'Atanh', ratio), scalar(b, 2)], 'float32');
    const far = apply(b, 'Log', combine(b, 'Add', [number, scalar(b, 1)], 'float32'));
    return cast(b, where(b, isSmall(b, number), near, far), x!.dtype);
  },
  Expm1: (b, { x }) => {
    const number = cast(b, numeric('Expm1', x!), 'float32');
    const t = apply(b, 'Tanh', combine(b, 'Mul', [number, scalar(b, 0.5)], 'float32'));
    const twice = combine(b, 'Mul', [t, scalar(b, 2)], 'float32');
    const near = combine(b, 'Div', [twice, combine(b, 'Sub', [scalar(b, 1), t], 'float32')], 'float32');
    const far = combine(b, 'Sub', [apply(b, 'Exp', number), scalar(b, 1)], 'float32');
    return cast(b, where(b, isSmall(b, number), near, far), x!.dtype);
  },
  // NaN stays NaN.
  Step: (b, { x }, { alpha }) => {
    const slope = alpha ?? 0;
    if (x!.dtype !== 'float32')
      return cast(b, where(b, greaterThanZero(b, x!), scalar(b, 1), scalar(b, slope)), x!.dtype);
    // One pass where comparing and casting take two: min(1, max(0, slope x)) is 1 from the smallest normal float on.
    if (slope === 0) return apply(b, 'HardSigmoid', x!, { alpha: { float: STEEPEST }, beta: { float: 0 } });
    // The gradient of abs.
    if (slope === -1) return apply(b, 'Sign', combine(b, 'Sub', [x!, scalar(b, SMALLEST)], 'float32'));
    const step = where(b, greaterThanZero(b, x!), scalar(b, 1), scalar(b, slope));
    return where(b, isNan(b, x!), x!, step);
  },
  // tfjs truncates towards zero and reads any number but 0 as true: so does ONNX. Numbers outside of int32 are a limit, see above.
  Cast: (b, { x }, { dtype }) => cast(b, x!, dtype),

  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  Prelu: (b, { x, alpha }) => {
    const [number, slope] = [x!, alpha!].map((value) => cast(b, numeric('Prelu', value), 'float32')) as [Value, Value];
    const negative = combine(b, 'Less', [number, scalar(b, 0)], 'bool');
    return where(b, negative, combine(b, 'Mul', [number, slope], 'float32'), number);
  },
  FloorDiv: (b, { a, b: c }) => {
    // Not ONNX's integer Div: that truncates, and a division by zero would end the process.
    const operands = [a!, c!].map((value) => cast(b, numeric('FloorDiv', value), 'float32'));
    return cast(b, apply(b, 'Floor', combine(b, 'Div', operands, 'float32')), 'int32');
  },
  SquaredDifference: (b, { a, b: c }) => {
    const difference = combine(b, 'Sub', [numeric('SquaredDifference', a!), c!], a!.dtype);
    return combine(b, 'Mul', [difference, difference], a!.dtype);
  },
  EluGrad: (b, { dy, y }) => {
    const slope = where(b, greaterThanZero(b, y!), scalar(b, 1), combine(b, 'Add', [y!, scalar(b, 1)], 'float32'));
    return combine(b, 'Mul', [dy!, slope], 'float32');
  },
  AddN: (b, inputs) => {
    const [first, ...rest] = Object.values(inputs).map((value) => numeric('AddN', value));
    // onnxruntime's Sum knows floats only.
    if (first!.dtype === 'float32') return combine(b, 'Sum', [first!, ...rest], 'float32');
    return rest.reduce<Value>((sum, value) => combine(b, 'Add', [sum, value], first!.dtype), first!);
  },

  Equal: compare('Equal'),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  NotEqual: (b, { a, b: c }) => apply(b, 'Not', combine(b, 'Equal', [a!, c!], 'bool')),
  LogicalAnd: logic('And'),
  LogicalOr: logic('Or'),
  Select: (b, { condition, t, e }) => {
    const dtype = tf.upcastType(t!.dtype as 'float32', e!.dtype as 'float32') as DType;
    return where(b, condition!, cast(b, t!, dtype), cast(b, e!, dtype));
  },
};
