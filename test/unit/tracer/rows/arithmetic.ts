import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, type Operand, row } from './row.ts';

const SPECIAL = [1, -1, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
/** Every pair of special numbers. */
const left: Operand = { shape: [49], data: SPECIAL.flatMap((x) => SPECIAL.map(() => x)) };
const right: Operand = { shape: [49], data: SPECIAL.flatMap(() => SPECIAL) };

const PAIRS = [
  [float([2, 3, 4]), float([2, 3, 4])],
  [float([2, 3, 4]), float([4])],
  [float([3, 1]), float([2, 1, 4])],
  [int([2, 3, 4]), int([2, 3, 4])],
  [int([2, 5]), int([2, 5], [-2_000_000_000, 2_000_000_000])],
] as const;

const titleOf = (...operands: readonly Operand[]) =>
  operands.map(({ dtype = 'float32', shape }) => `${dtype}[${shape}]`).join(' and ');

const CUMPRODS = [
  [0, false, false],
  [1, true, false],
  [2, false, true],
  [1, true, true],
] as const;

export const arithmetic: KernelRow[] = [
  ...PAIRS.flatMap(([a, b]) => [
    row('Atan2', titleOf(a, b), [a, b], (x, y) => tf.atan2(x, y)),
    row('Mod', titleOf(a, b), [a, b], (x, y) => tf.mod(x, y)),
  ]),
  row('Atan2', 'special numbers', [left, right], (x, y) => tf.atan2(x, y)),
  row('Mod', 'special numbers', [left, right], (x, y) => tf.mod(x, y)),
  row('Mod', 'of integers by 0', [int([6]), int([6], [0, 1])], (x, y) => tf.mod(x, y)),
  row('BitwiseAnd', 'of integers', [int([2, 3], [-99, 99]), int([2, 3], [-99, 99])], (x, y) => tf.bitwiseAnd(x, y)),
  ...[{ shape: [7], data: SPECIAL }, int([2, 3])].flatMap((x: Operand) => [
    row('IsInf', titleOf(x), [x], (t) => tf.isInf(t)),
    row('IsFinite', titleOf(x), [x], (t) => tf.isFinite(t)),
  ]),
  ...CUMPRODS.flatMap(([axis, exclusive, reverse]) =>
    [float([2, 5, 3]), int([2, 4, 3], [-3, 3]), bool([2, 4, 3])].map((x) =>
      row('Cumprod', `${titleOf(x)} along ${axis}, exclusive ${exclusive}, reverse ${reverse}`, [x], (t) =>
        tf.cumprod(t, axis, exclusive, reverse),
      ),
    ),
  ),
  row('Cumprod', 'of one element', [float([2, 1])], (t) => tf.cumprod(t, 1, true)),
  ...[float([4]), int([3]), bool([3]), float([2, 3])].map((x) => row('Diag', titleOf(x), [x], (t) => tf.diag(t))),
  row(
    'BroadcastArgs',
    'of one rank',
    [
      { shape: [3], dtype: 'int32', data: [2, 1, 4] },
      { shape: [3], dtype: 'int32', data: [1, 3, 4] },
    ],
    (x, y) => tf.broadcastArgs(x, y),
  ),
  row(
    'BroadcastArgs',
    'of two ranks',
    [
      { shape: [1], dtype: 'int32', data: [4] },
      { shape: [3], dtype: 'int32', data: [5, 3, 1] },
    ],
    (x, y) => tf.broadcastArgs(x, y),
  ),
];
