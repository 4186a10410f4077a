/**
 * Matrix products. The stored order of the last two axes decides between a product, its transpose (B'A') and a
 * Transpose.
 */

import * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../../graph/graph.ts';
import { full, identityOrder, inOrder, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import type { KernelTable } from './row.ts';

/** Batch axes first and in order, then the matrix axes in either order. */
function matrices(b: GraphBuilder, x: Value): { value: Value; transposed: boolean } {
  const rank = x.shape.length;
  const source = full(b, x);
  const straight = inOrderIfFree(source, identityOrder(rank));
  if (straight) return { value: inOrder(b, source, identityOrder(rank)), transposed: false };
  if (inOrderIfFree(source, swapped(rank))) return { value: inOrder(b, source, swapped(rank)), transposed: true };
  return { value: inOrder(b, source, identityOrder(rank)), transposed: false };
}

/** Batch axes in order, then the matrix axes swapped. */
const swapped = (rank: number): number[] => [...identityOrder(rank - 2), rank - 1, rank - 2];

/** Can `x` be read in `order` without moving elements? */
function inOrderIfFree(x: Value, order: readonly number[]): boolean {
  const written = (axes: readonly number[]) => axes.filter((axis) => x.dims[x.order.indexOf(axis)] !== 1);
  const a = written(x.order);
  return written(order).every((axis, i) => axis === a[i]);
}

function transpose(b: GraphBuilder, x: Value): string {
  const rank = x.dims.length;
  const perm = swapped(rank);
  const dims = perm.map((axis) => x.dims[axis]!);
  return b.emit('Transpose', [x.name], { dtype: x.dtype, dims }, { attributes: { perm: { ints: perm } } });
}

export const matmul: KernelTable = {
  BatchMatMul: (b, { a, b: c }, { transposeA, transposeB }) => {
    const left = matrices(b, a!);
    const right = matrices(b, c!);
    // Are the stored matrices the transposes of the factors?
    const flipA = left.transposed !== Boolean(transposeA);
    const flipB = right.transposed !== Boolean(transposeB);
    const rows = a!.shape.at(transposeA ? -1 : -2)!;
    const columns = c!.shape.at(transposeB ? -2 : -1)!;
    if (a!.shape.at(transposeA ? -2 : -1) !== c!.shape.at(transposeB ? -1 : -2)) {
      throw new TraceError(`Cannot multiply [${a!.shape}] by [${c!.shape}]: their inner dimensions must be the same.`);
    }
    const rank = Math.max(a!.shape.length, c!.shape.length);
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), c!.shape.slice(0, -2));
    const shape = [...batch, rows, columns];
    const type = { dtype: a!.dtype, dims: shape };
    // onnxruntime's Gemm knows floats only.
    if (rank === 2 && a!.dtype === 'float32') {
      const attributes = { transA: { int: flipA ? 1 : 0 }, transB: { int: flipB ? 1 : 0 } };
      const name = b.emit('Gemm', [left.value.name, right.value.name], type, { attributes });
      return { name, dtype: a!.dtype, shape, order: identityOrder(2), dims: shape };
    }
    // The product keeps the storage of the right factor: B'A' where that one is stored transposed, so that maps stay
    // channels first. onnxruntime fuses the Transpose that is left into the product (FusedMatMul).
    const stored = ({ value }: { value: Value }, flip: boolean) => (flip ? transpose(b, value) : value.name);
    if (flipB) {
      const name = b.emit('MatMul', [right.value.name, stored(left, !flipA)], {
        ...type,
        dims: [...batch, columns, rows],
      });
      return { name, dtype: a!.dtype, shape, order: swapped(rank), dims: [...batch, columns, rows] };
    }
    const name = b.emit('MatMul', [stored(left, flipA), right.value.name], type);
    return { name, dtype: a!.dtype, shape, order: identityOrder(rank), dims: shape };
  },
};
