import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, type Operand, row } from './row.ts';

const numbers = (shape: readonly number[], data: readonly number[]): Operand => ({ shape, dtype: 'int32', data });
const OPERANDS = [float, int, bool] as const;

/** x, indices, axis, batchDims. */
const BATCHED = [
  [[2, 4], [2, 3], 1, 1],
  [[2, 4, 3], [2, 3], 1, 1],
  [[2, 3, 4], [2, 3], 2, 1],
  [[2, 3, 5, 4], [2, 3, 2], 2, 2],
  [[2, 3, 4, 5], [2, 3], 2, 1],
  [[2, 3, 4], [2, 3], -1, 1],
  [[2, 3, 4], [2, 3, 2], 2, -1],
] as const;

export const gathering: KernelRow[] = [
  ...BATCHED.map(([x, indices, axis, batchDims]) =>
    row(
      'GatherV2',
      `[${x}] at [${indices}], axis ${axis}, batchDims ${batchDims}`,
      [float(x), int(indices, [0, 2])],
      (t, at) => tf.gather(t, at, axis, batchDims),
    ),
  ),
  ...OPERANDS.flatMap((operand) => [
    row('GatherNd', 'elements', [operand([3, 4]), numbers([3, 2], [0, 1, 2, 3, 1, 1])], (t, at) => tf.gatherND(t, at)),
    row('GatherNd', 'slices', [operand([3, 4, 2]), int([2, 3, 1], [0, 2])], (t, at) => tf.gatherND(t, at)),
    row('TensorScatterUpdate', 'rows', [operand([4, 3]), numbers([2, 1], [3, 1]), operand([2, 3])], (t, at, rows) =>
      tf.tensorScatterUpdate(t, at, rows),
    ),
    row('SparseToDense', 'elements', [numbers([2, 2], [0, 1, 2, 3]), operand([2]), operand([])], (at, values, rest) =>
      tf.sparseToDense(at, values, [3, 4], rest),
    ),
  ]),
  row('SparseToDense', 'one value for all', [numbers([3], [4, 0, 2]), float([]), float([])], (at, value, rest) =>
    tf.sparseToDense(at, value, [5], rest),
  ),
  ...[float, int].flatMap((operand) => [
    row('ScatterNd', 'elements, some twice', [numbers([4, 1], [1, 3, 1, 0]), operand([4])], (at, values) =>
      tf.scatterND(at, values, [5]),
    ),
    row('ScatterNd', 'rows', [numbers([2, 1], [2, 0]), operand([2, 3, 2])], (at, rows) =>
      tf.scatterND(at, rows, [4, 3, 2]),
    ),
  ]),
  row('ScatterNd', 'elements of a matrix', [int([3, 2], [0, 2]), float([3])], (at, values) =>
    tf.scatterND(at, values, [3, 40]),
  ),
];
