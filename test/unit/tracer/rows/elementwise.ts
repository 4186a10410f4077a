import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, row } from './row.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const SHAPES = [[], [7], [3, 4], [2, 3, 4], [2, 3, 1, 4], [2, 1, 3, 2, 2]] as const;

const unary = (kernel: string, fn: Unary, range: readonly [number, number], dtypes = ['float32']): KernelRow[] =>
  dtypes.flatMap((dtype) =>
    (dtype === 'float32' ? SHAPES : [[2, 3, 4]]).map((shape) => {
      const operand = dtype === 'float32' ? float(shape, range) : dtype === 'int32' ? int(shape) : bool(shape);
      return row(kernel, `${dtype}[${shape}]`, [operand], fn);
    }),
  );

/** Shapes that broadcast together; either side may be the larger. */
const PAIRS = [
  { a: [], b: [] },
  { a: [3], b: [] },
  { a: [], b: [2, 3] },
  { a: [2, 3], b: [2, 3] },
  { a: [4, 2, 3], b: [3] },
  { a: [3], b: [2, 2, 3] },
  { a: [4, 1, 3], b: [2, 1] },
  { a: [2, 5, 4, 3], b: [1, 1, 1, 3] },
  { a: [2, 1, 1, 3], b: [2, 4, 5, 3] },
  { a: [1, 4, 1, 3], b: [2, 1, 5, 1] },
  { a: [2, 2, 1, 3, 2], b: [2, 3, 1] },
] as const;

type Range = readonly [number, number];

const binary = (
  kernel: string,
  fn: Binary,
  [left, right]: readonly [Range, Range],
  integers?: readonly [Range, Range],
): KernelRow[] => [
  ...PAIRS.map(({ a, b }) => row(kernel, `float32[${a}] and [${b}]`, [float(a, left), float(b, right)], fn)),
  ...(integers
    ? PAIRS.slice(4, 8).map(({ a, b }) =>
        row(kernel, `int32[${a}] and [${b}]`, [int(a, integers[0]), int(b, integers[1])], fn),
      )
    : []),
];

const logical = (kernel: string, fn: Binary): KernelRow[] =>
  PAIRS.map(({ a, b }) => row(kernel, `bool[${a}] and [${b}]`, [bool(a), bool(b)], fn));

const ANY: Range = [-3, 3];
const SOME: Range = [-4, 4];
const both = (range: Range) => [range, range] as const;
const NUMBERS = ['float32', 'int32'];

const compare = (kernel: string, fn: Binary): KernelRow[] => [
  ...binary(kernel, fn, both(ANY), both([-1, 1])),
  row(kernel, 'equal values', [float([2, 3])], (x) => fn(x, x)),
  row(kernel, 'bool[4,3] and [3]', [bool([4, 3]), bool([3])], fn),
  row(kernel, 'int32 and float32', [int([4, 3], [-1, 1]), float([3], [-1, 1])], fn),
];

/** NaN, infinity, and both sides of 0. */
const SPECIAL = { shape: [7], data: [Number.NaN, Infinity, -Infinity, 0, -0, 1e-30, -1e-30] };
/** Values at which 1 + x is not exact or exp(x) is not finite. */
const EXTREMES = {
  shape: [15],
  data: [0, 1e-30, -1e-30, 1e-9, -1e-9, 1e-7, -1e-7, 1e-4, -1e-4, 0.49, -0.49, -1, 80, Infinity, Number.NaN],
};
const PRECISE = { absolute: 0, relative: 1e-6 };

/** Only the gradient reaches EluGrad. */
const gradient = (fn: Unary) => (x: tf.Tensor) => tf.grad((t: tf.Tensor) => fn(t))(x);

export const elementwise: KernelRow[] = [
  ...unary('Abs', tf.abs, ANY, NUMBERS),
  ...unary('Acos', tf.acos, [-0.9, 0.9]),
  ...unary('Acosh', tf.acosh, [1.1, 5]),
  ...unary('Asin', tf.asin, [-0.9, 0.9]),
  ...unary('Asinh', tf.asinh, ANY, NUMBERS),
  ...unary('Atan', tf.atan, ANY, NUMBERS),
  ...unary('Atanh', tf.atanh, [-0.9, 0.9]),
  ...unary('Ceil', tf.ceil, ANY),
  ...unary('Cos', tf.cos, ANY),
  ...unary('Cosh', tf.cosh, ANY),
  ...unary('Erf', tf.erf, ANY, NUMBERS),
  ...unary('Exp', tf.exp, ANY, NUMBERS),
  ...unary('Expm1', tf.expm1, ANY, NUMBERS),
  row('Expm1', 'of the smallest and the largest', [EXTREMES], tf.expm1, PRECISE),
  ...unary('Floor', tf.floor, ANY),
  ...unary('Identity', tf.clone, ANY, [...NUMBERS, 'bool']),
  ...unary('IsNan', (x) => tf.isNaN(x), ANY, NUMBERS),
  row('IsNan', 'a NaN', [{ shape: [3], data: [1, Number.NaN, -1] }], (x) => tf.isNaN(x)),
  ...unary('Log', tf.log, [0.1, 5]),
  ...unary('Log1p', tf.log1p, [-0.5, 5]),
  row('Log1p', 'int32', [int([2, 3], [0, 9])], tf.log1p),
  row('Log1p', 'of the smallest and the largest', [EXTREMES], tf.log1p, PRECISE),
  ...unary('LogicalNot', tf.logicalNot, ANY, ['bool']),
  ...unary('Neg', tf.neg, ANY, NUMBERS),
  ...unary('Reciprocal', tf.reciprocal, [0.2, 3]),
  row('Reciprocal', 'int32', [int([2, 3], [1, 9])], tf.reciprocal),
  ...unary('Relu', tf.relu, ANY, NUMBERS),
  ...unary('Relu6', tf.relu6, [-2, 9], NUMBERS),
  ...unary('Round', tf.round, ANY, NUMBERS),
  row('Round', 'halves to even', [{ shape: [7], data: [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5] }], tf.round),
  ...unary('Rsqrt', tf.rsqrt, [0.2, 4]),
  ...unary('Selu', tf.selu, ANY, NUMBERS),
  ...unary('Sigmoid', tf.sigmoid, ANY),
  ...unary('Sign', tf.sign, ANY, NUMBERS),
  row('Sign', 'a NaN', [SPECIAL], tf.sign),
  ...unary('Sin', tf.sin, ANY),
  ...unary('Sinh', tf.sinh, ANY, NUMBERS),
  ...unary('Softplus', tf.softplus, SOME, NUMBERS),
  ...unary('Sqrt', tf.sqrt, [0.1, 4]),
  ...unary('Square', tf.square, ANY, NUMBERS),
  ...unary('Step', (x) => tf.step(x), ANY, NUMBERS),
  ...unary('Step', (x) => tf.step(x, 0.25), ANY),
  row('Step', 'at zero', [{ shape: [3], data: [-1, 0, 1] }], (x) => tf.step(x)),
  ...[0, 0.25, -1].map((alpha) =>
    row('Step', `a NaN, ${alpha} below 0`, [SPECIAL], (x) => tf.step(x, alpha), { absolute: 0, relative: 0 }),
  ),
  ...unary('Tan', tf.tan, [-1.2, 1.2]),
  ...unary('Tanh', tf.tanh, ANY),
  ...unary('Elu', (x) => tf.elu(x), ANY),
  ...unary('EluGrad', gradient(tf.elu), ANY),
  ...unary('LeakyRelu', (x) => tf.leakyRelu(x, 0.3), ANY, NUMBERS),
  ...unary('ClipByValue', (x) => tf.clipByValue(x, -1, 1.5), ANY, NUMBERS),
  ...unary('Cast', (x) => tf.cast(x, 'int32'), ANY, ['float32', 'bool']),
  ...unary('Cast', (x) => tf.cast(x, 'float32'), ANY, ['int32', 'bool']),
  ...unary('Cast', (x) => tf.cast(x, 'bool'), ANY, NUMBERS),

  ...binary('Add', tf.add, both(ANY), both([-9, 9])),
  ...binary('Sub', tf.sub, both(ANY), both([-9, 9])),
  ...binary('Multiply', tf.mul, both(ANY), both([-9, 9])),
  ...binary('RealDiv', tf.div, [ANY, [0.5, 3]]),
  ...binary(
    'FloorDiv',
    tf.floorDiv,
    [ANY, [0.5, 3]],
    [
      [-9, 9],
      [1, 4],
    ],
  ),
  row('FloorDiv', 'div of int32, of either sign', [int([3, 4], [-9, 9]), int([4], [-4, -1])], tf.div),
  ...binary('Maximum', tf.maximum, both(ANY), both([-9, 9])),
  ...binary('Minimum', tf.minimum, both(ANY), both([-9, 9])),
  row('Maximum', 'bools, which become integers', [bool([4, 3]), bool([3])], tf.maximum),
  ...binary('Pow', tf.pow, [
    [0.2, 3],
    [-2, 2],
  ]),
  ...binary('SquaredDifference', tf.squaredDifference, both(ANY), both([-9, 9])),
  ...binary('Prelu', (x, alpha) => tf.prelu(x, alpha), both(ANY), both([-3, 3])),
  row('Prelu', 'at zero, infinitely steep', [SPECIAL, { shape: [7], data: Array(7).fill(Infinity) }], (x, alpha) =>
    tf.prelu(x, alpha),
  ),
  row('Add', 'int32 and float32', [int([4, 3]), float([3])], tf.add),
  row('Multiply', 'float32 and bool', [float([4, 3]), bool([3])], tf.mul),
  row('AddN', 'three of float32', [float([2, 3, 4]), float([2, 3, 4]), float([2, 3, 4])], (...x) => tf.addN(x)),
  row('AddN', 'three of int32', [int([2, 3]), int([2, 3]), int([2, 3])], (...x) => tf.addN(x)),
  row('AddN', 'one', [float([2, 3])], (x) => tf.addN([x])),

  ...compare('Equal', tf.equal),
  ...compare('NotEqual', tf.notEqual),
  ...compare('Greater', tf.greater),
  ...compare('GreaterEqual', tf.greaterEqual),
  ...compare('Less', tf.less),
  ...compare('LessEqual', tf.lessEqual),
  ...logical('LogicalAnd', tf.logicalAnd),
  ...logical('LogicalOr', tf.logicalOr),
  row('LogicalNot', 'in logicalXor', [bool([4, 3]), bool([3])], tf.logicalXor),
  ...PAIRS.map(({ a, b }) =>
    row('Select', `bool[${a}] on [${b}]`, [bool(a), float(b), float(a)], (c, t, e) => tf.where(c, t, e)),
  ),
  row('Select', 'int32 or float32', [bool([4, 3]), int([4, 3]), float([3])], (c, t, e) => tf.where(c, t, e)),
  row('Select', 'bool', [bool([4, 3]), bool([4, 3]), bool([3])], (c, t, e) => tf.where(c, t, e)),
];
