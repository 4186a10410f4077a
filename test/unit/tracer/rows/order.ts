import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, row } from './row.ts';

export const ordering: KernelRow[] = [
  ...[float, int].flatMap((operand) =>
    (
      [
        [[7], 3],
        [[2, 5], 5],
        [[2, 3, 6], 1],
      ] as const
    ).map(([shape, k]) =>
      row('TopK', `${operand(shape).dtype ?? 'float32'}[${shape}], ${k}`, [operand(shape)], (x) => {
        const { values, indices } = tf.topk(x, k);
        return [values, indices];
      }),
    ),
  ),
  ...(['left', 'right'] as const).flatMap((side) => [
    row(
      'SearchSorted',
      `floats, ${side}`,
      [
        { shape: [2, 4], data: [-1, 0, 0, 2, 1, 1, 1, 3] },
        { shape: [2, 3], data: [0, -2, 2.5, 1, 4, 0] },
      ],
      (sorted, values) => tf.searchSorted(sorted, values, side),
    ),
    row(
      'SearchSorted',
      `integers, ${side}`,
      [{ shape: [5], dtype: 'int32', data: [-3, 0, 1, 1, 4] }, int([6])],
      (sorted, values) => tf.searchSorted(sorted, values, side),
    ),
  ]),
  row('Bincount', 'with weights', [int([8], [0, 6]), float([8])], (x, w) => tf.bincount(x, w, 5)),
  row('Bincount', 'of a matrix', [int([2, 4], [0, 6]), float([2, 4])], (x, w) => tf.bincount(x, w, 5)),
  row('Bincount', 'without weights', [int([8], [0, 6])], (x) => tf.bincount(x, tf.tensor1d([], 'int32'), 7)),
  row('DenseBincount', 'of a vector', [int([8], [0, 6]), float([8])], (x, w) => tf.denseBincount(x, w, 5)),
  row('DenseBincount', 'of rows, with weights', [int([2, 6], [0, 4]), float([2, 6])], (x, w) =>
    tf.denseBincount(x, w, 5),
  ),
  row('DenseBincount', 'of rows, integer weights', [int([2, 6], [0, 4]), int([2, 6])], (x, w) =>
    tf.denseBincount(x, w, 4),
  ),
  row('DenseBincount', 'of rows: which occur', [int([2, 6], [0, 4])], (x) =>
    tf.denseBincount(x, tf.tensor1d([]), 5, true),
  ),
  row('TopK', 'of a comparison', [bool([2, 4])], (x) => tf.topk(tf.cast(x, 'int32'), 2).indices),
];
