import * as tf from '@tensorflow/tfjs';
import { float, int, type KernelRow, row } from './row.ts';

const flip = (shape: readonly number[], transposed: boolean): number[] =>
  transposed ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];

/** Shapes of A and B before either is transposed. (If both are broadcast, tfjs' cpu backend itself is wrong.) */
const CASES = [
  { a: [3, 4], b: [4, 5] },
  { a: [1, 4], b: [4, 1] },
  { a: [1, 1], b: [1, 1] },
  { a: [2, 3, 4], b: [2, 4, 5] },
  { a: [1, 3, 4], b: [1, 4, 5] },
  { a: [1, 3, 4], b: [3, 4, 2] },
  { a: [3, 3, 4], b: [1, 4, 2] },
  { a: [2, 3, 2, 4], b: [2, 3, 4, 5] },
  { a: [2, 3, 1, 4], b: [2, 3, 4, 1] },
] as const;

export const matmul: KernelRow[] = [
  ...CASES.flatMap(({ a, b }) =>
    [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => {
        const left = flip(a, transposeA);
        const right = flip(b, transposeB);
        const title = `[${left}]${transposeA ? "'" : ''} by [${right}]${transposeB ? "'" : ''}`;
        return row('BatchMatMul', title, [float(left), float(right)], (p, q) =>
          tf.matMul(p, q, transposeA, transposeB),
        );
      }),
    ),
  ),
  row('BatchMatMul', 'int32', [int([3, 4]), int([4, 5])], tf.matMul),
  row('BatchMatMul', 'int32 by transposed int32', [int([3, 4]), int([5, 4])], (a, b) => tf.matMul(a, b, false, true)),
  row('BatchMatMul', 'dot of vectors', [float([4]), float([4])], tf.dot),
  row('BatchMatMul', 'outer product', [float([4]), float([3])], tf.outerProduct),
];
