import * as tf from '@tensorflow/tfjs';
import { float, int, type KernelRow, row } from './row.ts';

/** An equation, and the shapes of its operands. */
const EQUATIONS: readonly (readonly [string, ...number[][]])[] = [
  ['ij->ji', [2, 3]],
  ['ijk->k', [2, 3, 4]],
  ['ij->', [2, 3]],
  ['ij,jk->ik', [2, 3], [3, 4]],
  ['ij, kj -> ki', [2, 3], [4, 3]],
  ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
  ['bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]],
  ['i,j->ij', [3], [4]],
  ['ij,ij->i', [3, 4], [3, 4]],
  ['bij,jk->kib', [2, 3, 4], [4, 5]],
];

export const einsum: KernelRow[] = EQUATIONS.flatMap(([equation, ...shapes]) =>
  [float, int].map((operand) => {
    const operands = shapes.map((shape) => operand(shape));
    return row('Einsum', `${operands[0]!.dtype ?? 'float32'} ${equation}`, operands, (...ts) =>
      tf.einsum(equation, ...ts),
    );
  }),
);
