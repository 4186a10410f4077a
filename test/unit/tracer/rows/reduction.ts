import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, type Operand, row } from './row.ts';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

/** Shapes, and the axes along which they are reduced. */
const CASES: readonly { shape: readonly number[]; axis?: number | number[] }[] = [
  { shape: [] },
  { shape: [7] },
  { shape: [7], axis: 0 },
  { shape: [1, 5], axis: 1 },
  { shape: [3, 4], axis: 0 },
  { shape: [3, 4], axis: -1 },
  { shape: [3, 4], axis: [0, 1] },
  { shape: [2, 3, 4] },
  { shape: [2, 3, 4], axis: [0, 2] },
  { shape: [2, 3, 4], axis: [-1, -2] },
  { shape: [1, 3, 1, 4], axis: [1, 2] },
  { shape: [2, 3, 4, 5], axis: [1, 2] },
  { shape: [2, 3, 4, 5], axis: [0, 1, 2] },
  { shape: [2, 3, 4, 5], axis: 3 },
  { shape: [2, 3, 2, 1, 2], axis: [1, -1] },
];

const reduction = (kernel: string, fn: Reduction, operand: (shape: readonly number[]) => Operand): KernelRow[] =>
  CASES.flatMap(({ shape, axis }) =>
    [false, true].map((keepDims) => {
      const x = operand(shape);
      const title = `${x.dtype ?? 'float32'}[${shape}] along ${axis ?? 'all'}${keepDims ? ', kept' : ''}`;
      return row(kernel, title, [x], (t) => fn(t, axis, keepDims));
    }),
  );

const argument = (kernel: string, fn: (x: tf.Tensor, axis: number) => tf.Tensor): KernelRow[] =>
  (
    [
      [[7], 0],
      [[3, 4], -1],
      [[3, 4], 0],
      [[2, 3, 4], 1],
      [[2, 3, 4, 5], 3],
      [[2, 3, 1, 2, 2], -4],
    ] as const
  ).flatMap(([shape, axis]) =>
    [float(shape), int(shape, [0, 3]), bool(shape)].map((operand) =>
      row(kernel, `${operand.dtype ?? 'float32'}[${shape}] along ${axis}`, [operand], (x) => fn(x, axis)),
    ),
  );

const NANS = { shape: [3, 5], data: [0, 3, 5, Number.NaN, 3, 5, 4, Number.NaN, 2, 1, 3, 2, Number.NaN, 1, 4] };
const INFINITE = { shape: [2, 3], data: [-Infinity, -Infinity, -Infinity, 1, Infinity, -Infinity] };
const small = (shape: readonly number[]) => float(shape, [-1.2, 1.2]);

export const reductions: KernelRow[] = [
  ...reduction('Sum', tf.sum, float),
  ...reduction('Sum', tf.sum, int).slice(-8),
  ...reduction('Sum', tf.sum, bool).slice(-8),
  ...reduction('Mean', tf.mean, float),
  ...reduction('Mean', tf.mean, int).slice(-8),
  ...reduction('Mean', tf.mean, bool).slice(-8),
  ...reduction('Max', tf.max, float),
  ...reduction('Max', tf.max, int).slice(-8),
  ...reduction('Max', tf.max, bool).slice(-8),
  ...reduction('Min', tf.min, float),
  ...reduction('Min', tf.min, int).slice(-8),
  ...reduction('Min', tf.min, bool).slice(-8),
  ...reduction('Prod', tf.prod, small),
  ...reduction('Prod', tf.prod, (shape) => int(shape, [-1, 2])).slice(0, 12),
  ...reduction('Prod', tf.prod, bool).slice(0, 12),
  ...reduction('Any', tf.any, bool),
  ...reduction('All', tf.all, bool),
  ...argument('ArgMax', tf.argMax),
  ...argument('ArgMin', tf.argMin),
  ...([[7], [3, 4], [2, 3, 4], [2, 3, 4, 5]] as const).map((shape) =>
    row('Softmax', `[${shape}]`, [float(shape, [-4, 4])], (x) => tf.softmax(x)),
  ),
  ...([0, 1, undefined] as const).flatMap((axis) => [
    row('Max', `a NaN among numbers, along ${axis ?? 'all'}`, [NANS], (x) => tf.max(x, axis)),
    row('Min', `a NaN among numbers, along ${axis ?? 'all'}`, [NANS], (x) => tf.min(x, axis)),
  ]),
  row('Max', 'infinite', [INFINITE], (x) => tf.max(x, 1)),
  row('Min', 'infinite', [INFINITE], (x) => tf.min(x, 1)),
  ...[NANS, { shape: [5], data: [0, 3, 5, Number.NaN, 3] }, { shape: [5], data: [5, 0, Number.NaN, -1, 3] }].flatMap(
    (x) => [
      row('ArgMax', `a NaN among [${x.shape}]`, [x], (t) => tf.argMax(t, -1)),
      row('ArgMin', `a NaN among [${x.shape}]`, [x], (t) => tf.argMin(t, -1)),
    ],
  ),
  row('ArgMax', 'infinite', [INFINITE], (x) => tf.argMax(x, 1)),
  row('ArgMin', 'infinite', [INFINITE], (x) => tf.argMin(x, 1)),
  row('Max', 'in logSoftmax', [float([3, 4])], (x) => tf.logSoftmax(x)),
  row('Max', 'in logSumExp', [float([3, 4])], (x) => tf.logSumExp(x, 0)),
  // No negative axes: tfjs' cpu backend gets them wrong.
  ...(
    [
      [[7], 0],
      [[3, 4], 1],
      [[3, 4], 0],
      [[2, 3, 4], 1],
      [[2, 3, 2, 4], 2],
    ] as const
  ).flatMap(([shape, axis]) =>
    [float(shape), int(shape), bool(shape)].flatMap((operand) =>
      [false, true].flatMap((exclusive) =>
        [false, true].map((reverse) => {
          const title = `${operand.dtype ?? 'float32'}[${shape}] along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', from the end' : ''}`;
          return row('Cumsum', title, [operand], (x) => tf.cumsum(x, axis, exclusive, reverse));
        }),
      ),
    ),
  ),
];
