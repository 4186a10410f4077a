/**
 * The nearest rows of a matrix: one matrix product and one TopK of a block of rows at a time, by onnxruntime.
 *
 * The squared distance of a row a and a key b is |a|^2 + |b|^2 - 2ab: the product of [a, |a|^2, 1] and [-2b, 1, |b|^2].
 * Float32 loses digits where a and b are long and near each other, so a common mean is taken off first, and
 * callers measure again what was found. N rows of D numbers in S views cost 2 N S M (D + 2) operations against M keys.
 */

import { InferenceSession, Tensor } from '@onnoise/runtime-node/onnxruntime';
import { encodeModel, GraphBuilder } from '@onnoise/tracer';

/** Numbers that a block's product may have: 64 MiB. */
const BLOCK = 1 << 24;
const MOST_ROWS = 256;

/** How far a search is, in rows, and whether it is to stop: it then rejects with the signal's reason. */
export interface Watch {
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Rows of numbers, one after the other. */
export interface Rows {
  count: number;
  width: number;
  /** [count, width] */
  values: Float32Array;
}

export interface NearestSearch extends Watch {
  count: number;
  /** Each row may be given in several views; its distance is the least of theirs. */
  views: number;
  /** Writes the views of rows `first` to `first + count - 1`: [views, count, width]. */
  fill(first: number, count: number, out: Float32Array): void;
  keys: Rows;
  /** Taken off rows and keys, which moves both alike; by default nothing. [width] */
  mean?: Float64Array | undefined;
  /** How many to find, at most the number of keys. */
  neighbours: number;
}

/** @returns the numbers of the nearest keys of each row, nearest first, up to float32's rounding: [count, neighbours] */
export async function nearestKeys(search: NearestSearch): Promise<Int32Array> {
  const { count, views, fill, keys, neighbours, onProgress, signal } = search;
  const { width } = keys;
  const mean = search.mean ?? new Float64Array(width);
  const block = Math.max(1, Math.min(MOST_ROWS, count, Math.floor(BLOCK / (views * keys.count))));
  const session = await InferenceSession.create(encodeModel(nearestGraph(views, neighbours)), { logSeverityLevel: 3 });
  const table = new Tensor('float32', keyTable(keys, mean), [keys.count, width + 2]);
  const plain = new Float32Array(views * block * width);
  const found = new Int32Array(count * neighbours);
  try {
    for (let first = 0; first < count; first += block) {
      signal?.throwIfAborted();
      const rows = Math.min(block, count - first);
      const filled = plain.subarray(0, views * rows * width);
      fill(first, rows, filled);
      const queries = new Tensor('float32', queryTable(filled, mean), [views * rows, width + 2]);
      const { nearest } = await session.run({ queries, keys: table });
      found.set(Int32Array.from(nearest!.data as BigInt64Array, Number), first * neighbours);
      onProgress?.(first + rows, count);
      await new Promise(setImmediate); // a call blocks the event loop: let others in between
    }
  } finally {
    await session.release();
  }
  return found;
}

/** `queries` [S N, D + 2] and `keys` [M, D + 2] to `nearest` [N, k]. */
function nearestGraph(views: number, neighbours: number) {
  const b = new GraphBuilder('nearest');
  const { graph } = b;
  const port = (name: string, dims: string[]) => graph.inputs.push({ name, dtype: 'float32', dims });
  port('queries', ['rows', 'width']);
  port('keys', ['keys', 'width']);
  // Nothing reads these: all extents are dynamic.
  const unknown = { dtype: 'float32', dims: [] } as const;
  const squares = b.emit('Gemm', ['queries', 'keys'], unknown, {
    attributes: { transA: { int: 0 }, transB: { int: 1 } },
  });
  let least = squares;
  if (views > 1) {
    // 0 keeps the number of keys.
    const apart = b.emit('Unsqueeze', [squares, b.shape([0])], unknown);
    const split = b.emit('Reshape', [apart, b.shape([views, -1, 0])], unknown);
    least = b.emit('ReduceMin', [split, b.shape([0])], unknown, { attributes: { keepdims: { int: 0 } } });
  }
  const [, order] = b.emitMany('TopK', [least, b.shape([neighbours])], [unknown, { dtype: 'int64', dims: [] }], {
    attributes: { axis: { int: 1 }, largest: { int: 0 }, sorted: { int: 1 } },
  });
  graph.nodes.push({
    name: 'nearest',
    op: 'Identity',
    domain: '',
    inputs: [order!],
    outputs: ['nearest'],
    attributes: {},
  });
  graph.outputs.push({ name: 'nearest', dtype: 'int64', dims: ['images', neighbours] });
  return graph;
}

/** [-2b, 1, |b|^2] */
function keyTable({ values }: Rows, mean: Float64Array): Float32Array {
  return widened(values, mean, -2, (row, square) => row.set([1, square]));
}

/** [a, |a|^2, 1] */
function queryTable(values: Float32Array, mean: Float64Array): Float32Array {
  return widened(values, mean, 1, (row, square) => row.set([square, 1]));
}

/** Rows less the mean and times a factor, with two more numbers: `end` writes them, given the squared length. */
function widened(
  values: Float32Array,
  mean: Float64Array,
  factor: number,
  end: (last: Float32Array, square: number) => void,
): Float32Array {
  const width = mean.length;
  const count = values.length / width;
  const out = new Float32Array(count * (width + 2));
  for (let row = 0; row < count; row++) {
    const at = row * (width + 2);
    let square = 0;
    for (let i = 0; i < width; i++) {
      const value = values[row * width + i]! - mean[i]!;
      out[at + i] = factor * value;
      square += value * value;
    }
    end(out.subarray(at + width, at + width + 2), square);
  }
  return out;
}
