import * as tf from '@tensorflow/tfjs';
import { describe } from 'vitest';
import { float } from '../rows/row.ts';
import { type Case, check, type Fn } from './gradient.ts';

const SHAPES = [[5], [3, 4], [2, 3, 4], [2, 4, 3, 2]] as const;
const elementwise = (title: string, range: readonly [number, number], fn: Fn): Case[] =>
  SHAPES.map((shape) => [`${title} [${shape}]`, [float(shape, range)], fn]);

/** Both sides broadcast: the gradient sums what was repeated. */
const PAIRS = [
  { a: [3, 4], b: [3, 4] },
  { a: [3, 4], b: [4] },
  { a: [], b: [2, 3] },
  { a: [2, 4, 3, 2], b: [1, 1, 1, 2] },
  { a: [2, 1, 1, 3], b: [2, 4, 2, 3] },
  { a: [2, 1, 3], b: [4, 1] },
] as const;
const binary = (title: string, left: readonly [number, number], right: readonly [number, number], fn: Fn): Case[] =>
  PAIRS.map(({ a, b }) => [`${title} [${a}] and [${b}]`, [float(a, left), float(b, right)], fn]);

describe('gradient of an elementwise function', () => {
  check([
    ...elementwise('abs', [-2, 2], tf.abs),
    ...elementwise('square', [-2, 2], tf.square),
    ...elementwise('sqrt', [0.5, 4], tf.sqrt),
    ...elementwise('rsqrt', [0.5, 4], tf.rsqrt),
    ...elementwise('log', [0.5, 4], tf.log),
    ...elementwise('log1p', [-0.5, 4], tf.log1p),
    ...elementwise('exp', [-2, 2], tf.exp),
    ...elementwise('expm1', [-2, 2], tf.expm1),
    ...elementwise('sin', [-3, 3], tf.sin),
    ...elementwise('cos', [-3, 3], tf.cos),
    ...elementwise('tan', [-1, 1], tf.tan),
    ...elementwise('asin', [-0.8, 0.8], tf.asin),
    ...elementwise('acos', [-0.8, 0.8], tf.acos),
    ...elementwise('atan', [-2, 2], tf.atan),
    ...elementwise('sinh', [-2, 2], tf.sinh),
    ...elementwise('cosh', [-2, 2], tf.cosh),
    ...elementwise('tanh', [-2, 2], tf.tanh),
    ...elementwise('asinh', [-2, 2], tf.asinh),
    ...elementwise('acosh', [1.5, 4], tf.acosh),
    ...elementwise('atanh', [-0.8, 0.8], tf.atanh),
    ...elementwise('sigmoid', [-3, 3], tf.sigmoid),
    ...elementwise('silu', [-3, 3], (x) => tf.mul(x, tf.sigmoid(x))),
    ...elementwise('gelu', [-3, 3], (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
    ...elementwise('erf', [-2, 2], tf.erf),
    ...elementwise('relu', [-2, 2], tf.relu),
    ...elementwise('relu6', [-2, 8], tf.relu6),
    ...elementwise('leakyRelu', [-2, 2], (x) => tf.leakyRelu(x, 0.1)),
    ...elementwise('elu', [-2, 2], tf.elu),
    ...elementwise('selu', [-2, 2], tf.selu),
    ...elementwise('softplus', [-3, 3], tf.softplus),
    ...elementwise('reciprocal', [0.5, 3], tf.reciprocal),
    ...elementwise('neg', [-2, 2], tf.neg),
    ...elementwise('clipByValue', [-2, 2], (x) => tf.clipByValue(x, -1, 1.2)),
    ...elementwise('floor, ceil, round and sign, which have none', [-2, 2], (x) =>
      tf.add(x, tf.add(tf.add(tf.floor(x), tf.ceil(x)), tf.add(tf.round(x), tf.sign(x)))),
    ),
    ...elementwise('a number subtracted, divided and raised', [0.5, 3], (x) =>
      tf.pow(tf.div(tf.sub(x, 3), tf.sub(4, x)), 3),
    ),
    ...elementwise('cast', [-2, 2], (x) => tf.mul(x, tf.cast(tf.cast(x, 'int32'), 'float32'))),
  ]);
});

describe('gradient of a function of two', () => {
  check([
    ...binary('add', [-2, 2], [-2, 2], tf.add),
    ...binary('sub', [-2, 2], [-2, 2], tf.sub),
    ...binary('mul', [-2, 2], [-2, 2], tf.mul),
    ...binary('div', [-2, 2], [0.5, 2], tf.div),
    ...binary('pow', [0.5, 2], [-2, 2], tf.pow),
    // tfjs differentiates these three for equal shapes only.
    ...binary('maximum', [-2, 2], [-2, 2], tf.maximum).slice(0, 1),
    ...binary('minimum', [-2, 2], [-2, 2], tf.minimum).slice(0, 1),
    ...binary('squaredDifference', [-2, 2], [-2, 2], tf.squaredDifference).slice(0, 1),
    ...binary('a Huber loss', [-2, 2], [-2, 2], (a, b) => {
      const error = tf.abs(tf.sub(a, b));
      const quadratic = tf.minimum(error, 1);
      return tf.add(tf.mul(0.5, tf.square(quadratic)), tf.sub(error, quadratic));
    }),
    ['prelu', [float([3, 4]), float([4])], (x, alpha) => tf.prelu(x, alpha)],
    ['addN', [float([3, 4]), float([3, 4]), float([3, 4])], (...x) => tf.addN(x)],
    ['where', [float([3, 4]), float([3, 4])], (a, b) => tf.where(tf.tensor([true, false, true, false]), a, b)],
  ]);
});
