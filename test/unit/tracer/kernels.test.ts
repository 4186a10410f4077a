/**
 * Kernels against tfjs' own where tfjs' own tests, test/tfjs, say nothing: numbers at the edge, integers and booleans where floats are
 * the rule, tensors of nothing, windows past the image. Tensors reach the graph in all ways of those tests.
 */
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  expectSame,
  pads,
  type Result,
  randomData,
  type Tensors,
  type Tolerance,
  uniforms,
} from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';
import { EAGER, registerEager } from '../../tfjs/eager-backend.ts';
import { WAYS } from '../../tfjs/ways.ts';

type Row = [title: string, fn: () => tf.Tensor | tf.Tensor[], tolerance?: Tolerance];

/** Started again for each row. */
let next = uniforms(1);
const random =
  (dtype: 'float32' | 'int32' | 'bool', range: readonly [number, number]) =>
  (...shape: number[]) =>
    // biome-ignore lint/suspicious/noExplicitAny: rows call operators that are typed by rank.
    tf.tensor(randomData(next, shape, dtype, range), shape, dtype) as any;
const [float, bool] = [random('float32', [-2, 2]), random('bool', [0, 1])];
const int = random('int32', [-5, 5]);
const some = random('int32', [1, 9]);

const NUMBERS = [1, -1, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
/** Every pair of special numbers. */
const left = () => tf.tensor1d(NUMBERS.flatMap((x) => NUMBERS.map(() => x)));
const right = () => tf.tensor1d(NUMBERS.flatMap(() => NUMBERS));
/** NaN, infinity, and both sides of 0. */
const special = () => tf.tensor1d([Number.NaN, Infinity, -Infinity, 0, -0, 1e-30, -1e-30]);
/** Values at which 1 + x is not exact or exp(x) is not finite. */
const extremes = () =>
  tf.tensor1d([0, 1e-30, -1e-30, 1e-9, -1e-9, 1e-7, -1e-7, 1e-4, -1e-4, 0.49, -0.49, -1, 80, Infinity, NaN]);
const nans = () => tf.tensor2d([0, 3, 5, NaN, 3, 5, 4, NaN, 2, 1, 3, 2, NaN, 1, 4], [3, 5]);
const infinite = () => tf.tensor2d([-Infinity, -Infinity, -Infinity, 1, Infinity, -Infinity], [2, 3]);
const PRECISE = { absolute: 0, relative: 1e-6 };
const EXACT = { absolute: 0, relative: 0 };

const ELEMENTWISE: Row[] = [
  ['functions of integers', () => [tf.asinh, tf.atan, tf.erf, tf.exp, tf.expm1, tf.relu6].map((fn) => fn(int(2, 3)))],
  ['functions of positive integers', () => [tf.log1p(some(2, 3)), tf.reciprocal(some(2, 3))]],
  ['one of an integer and a float', () => tf.where(bool(4, 3), int(4, 3), float(3))],
  ['products with bools, and their maximum', () => [tf.mul(float(4, 3), bool(3)), tf.maximum(bool(4, 3), bool(3))]],
  ['quotients of integers of either sign', () => tf.div(random('int32', [-9, 9])(3, 4), random('int32', [-4, -1])(4))],
  ['expm1 and log1p of the smallest and the largest', () => [tf.expm1(extremes()), tf.log1p(extremes())], PRECISE],
  ['halves, rounded to even', () => tf.round([-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5])],
  ['signs and steps', () => [tf.sign(special()), ...[0, 0.25, -1].map((a) => tf.step(special(), a))], EXACT],
  ['prelu, infinitely steep', () => tf.prelu(special(), tf.fill([7], Infinity))],
  ['atan2 and mod of special numbers', () => [tf.atan2(left(), right()), tf.mod(left(), right())]],
  [
    'mod of integers by 0 and by large ones',
    () => [random('int32', [0, 1]), random('int32', [-2e9, 2e9])].map((by) => tf.mod(int(9), by(9))),
  ],
  ...([0, 1, undefined] as const).map(
    (axis): Row => [`maximum and minimum among NaN along ${axis}`, () => [tf.max(nans(), axis), tf.min(nans(), axis)]],
  ),
  [
    'where NaN and infinity are largest',
    () => [nans(), infinite()].flatMap((x) => [tf.argMax(x, -1), tf.argMin(x, -1)]),
  ],
  ['the maximum of the infinite', () => tf.max(infinite(), 1)],
  ...[bool, random('int32', [-1, 2])].map((of, i): Row => {
    const along = [tf.sum, tf.mean, tf.prod, (x: tf.Tensor, axis: number) => tf.cumprod(x, axis, true, true)];
    const both = (x: tf.Tensor) => [tf.max(x, [0, 2]), tf.cumsum(x, 1, true, true), ...along.map((fn) => fn(x, 1))];
    return [`reductions of ${i ? 'integers' : 'bools'}`, () => both(of(2, 3, 4))];
  }),
];

/** x, indices, axis, batchDims. */
const BATCHED = [
  [[2, 3, 4], [2, 3], 2, 1],
  [[2, 3, 5, 4], [2, 3, 2], 2, 2],
  [[2, 3, 4, 5], [2, 3], 2, 1],
  [[2, 3, 4], [2, 3, 2], 2, -1],
] as const;

const movement: Row[] = [
  ...BATCHED.map(
    ([x, at, axis, batch]): Row => [
      `[${x}] at [${at}], axis ${axis}, batchDims ${batch}`,
      () => tf.gather(float(...x), random('int32', [0, 2])(...at), axis, batch),
    ],
  ),
  ['nothing, joined', () => [0, 2].map((rows) => tf.concat([float(0, 3), float(rows, 3)], 0))],
  ['a value joined with nothing and itself', () => [float(2, 3)].map((x) => tf.concat([x, tf.zeros([0, 3]), x], 0))],
  ['integers joined with floats', () => tf.concat([int(2, 3), float(2, 3)], 1)],
  [
    'nothing in other shapes',
    () => [tf.reshape(float(0, 3), [3, 0, 2]), tf.squeeze(float(0, 1, 3)), tf.transpose(int(0, 3))],
  ],
  ['nothing with another axis', () => [0, 1, 2].map((axis) => tf.expandDims(float(0, 3), axis))],
  ['to nothing', () => [tf.slice(float(2, 3), [1, 0], [0, 3]), tf.tile(float(2, 3), [0, 1])]],
  ['sums over nothing', () => [tf.sum(float(0, 3), 0), tf.matMul(float(2, 0), float(0, 3))]],
  ['products of integers', () => tf.matMul(int(3, 4), int(5, 4), false, true)],
  [
    'outside of classes and segments',
    () => [tf.oneHot(random('int32', [-3, 7])(9), 5), tf.unsortedSegmentSum(float(6, 2), int(6), 3)],
  ],
];

/** Windows that extend past the image or lie outside it: window, stride, pad. */
const BORDERS = [
  [2, 3, 1],
  [1, 2, 1],
  [2, 2, 2],
  [3, 2, 1],
  [1, 1, 2],
] as const;
const ROUNDINGS = ['floor', 'round', 'ceil'] as const;
/** Oblong images and windows: window, strides, pad. */
const OBLONG: readonly (readonly [[number, number], [number, number], 'same' | 'valid'])[] = [
  [[3, 1], [1, 1], 'same'],
  [[2, 3], [2, 1], 'same'],
  [[4, 4], [2, 2], 'valid'],
];
const gradients = (fn: (...all: tf.Tensor[]) => tf.Tensor, ...all: tf.Tensor[]) => tf.grads(fn)(all);

const windows: Row[] = [
  ...BORDERS.map(
    ([window, stride, pad]): Row => [
      `pools by ${window}, stride ${stride}, pad ${pad}`,
      () =>
        ROUNDINGS.flatMap((rounding) => [
          tf.avgPool(float(1, 5, 4, 2), window, stride, pad, rounding),
          tf.maxPool(float(2, 2, 2, 3), window, stride, pad, rounding),
        ]),
    ],
  ),
  ...OBLONG.map(
    ([window, strides, pad]): Row => [
      `pools and products by channel, by ${window}, strides ${strides}, ${pad}`,
      () => {
        const { result, indexes } = tf.maxPoolWithArgmax(float(2, 7, 6, 3), window, strides, pad, true);
        const filter = float(...window, 3, 2);
        const products = (x: tf.Tensor, w: tf.Tensor) =>
          tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
        const largest = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, window, strides, pad);
        const averages = tf.avgPool(float(2, 7, 6, 3), window, strides, pad);
        // tfjs multiplies by channel with equal strides alone, but differentiates with any.
        return [
          result!,
          indexes!,
          averages,
          ...gradients(largest, float(2, 7, 6, 3)),
          ...gradients(products, float(2, 7, 6, 3), filter),
        ];
      },
    ],
  ),
  [
    'volumes, rounded up',
    () => [tf.maxPool3d, tf.avgPool3d].map((pool) => pool(float(1, 5, 5, 5, 2), 2, 2, 0, 'ceil')),
  ],
  [
    'volumes by oblong windows',
    () => [tf.maxPool3d, tf.avgPool3d].map((pool) => pool(float(2, 5, 6, 7, 2), [3, 2, 2], [2, 1, 3], 'valid')),
  ],
  [
    'a convolution of volumes, by oblong windows',
    () => tf.conv3d(float(2, 5, 6, 7, 2), float(3, 2, 3, 2, 3), [2, 2, 2], 'same'),
  ],
  [
    'a pad with ones before a convolution',
    () =>
      tf.conv2d(
        tf.pad(
          float(2, 5, 6, 2),
          [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ],
          1,
        ),
        float(3, 3, 2, 3),
        1,
        'valid',
      ),
  ],
  [
    'a pad of channels before a convolution',
    () => tf.conv2d(tf.pad(float(2, 5, 6, 2), pads([0, 0], [1, 1], [0, 0], [1, 0])), float(3, 3, 3, 3), 1, 'valid'),
  ],
  [
    'a transposed convolution of which tfjs reads a corner',
    () => tf.conv2dTranspose(float(2, 8, 8, 3), float(8, 8, 2, 3), [2, 4, 4, 2], 1, 'same'),
  ],
  ['a dilation of integers', () => tf.dilation2d(int(1, 4, 4, 2), int(2, 2, 2), 1, 'valid')],
  [
    'rotations',
    () => [
      tf.image.rotateWithOffset(float(2, 5, 6, 3), 0.4, 0.7),
      tf.image.rotateWithOffset(float(2, 5, 4, 4), -1.1, [0.1, 0.2, 0.3], [0.25, 0.75]),
    ],
  ],
];

const named = (fn: Row[1]): Tensors => {
  next = uniforms(1);
  return Object.fromEntries([fn()].flat().map((tensor, i) => [`y${i}`, tensor]));
};

function run(backend: string, fn: Row[1]): Record<string, Result> {
  tf.setBackend(backend);
  const results = Object.entries(named(fn)).map(([name, y]) => [
    name,
    { dtype: y.dtype, shape: y.shape, data: y.dataSync() },
  ]);
  return Object.fromEntries(results);
}

/** A constant output needs an Identity to get its name; a repetitive one is smaller as an Expand or a Tile. */
const FREE = new Set(['Identity', 'Expand', 'Tile']);

const eager = registerEager(tf);
afterAll(() => {
  tf.removeBackend(EAGER);
  tf.setBackend('cpu');
});

describe.each(Object.entries({ elementwise: ELEMENTWISE, movement, windows }))('kernels: %s', (_, rows) => {
  it.each<Row>(rows)('%s', (_title, fn, tolerance) => {
    const expected = run('cpu', fn);
    for (const way of WAYS) {
      eager.way = way;
      eager.turn();
      expectSame(run(EAGER, fn), expected, tolerance);
    }
  });

  it('compute nothing at run time when all operands are constants', () => {
    tf.setBackend('cpu');
    for (const [title, fn] of rows) {
      const ops = trace(() => named(fn), []).nodes.map(({ op }) => op);
      expect(
        ops.filter((op) => !FREE.has(op)),
        title,
      ).toEqual([]);
    }
  });
});
