/**
 * The nearest rows of a matrix: one matrix product and one TopK of a block of rows at a time, by onnxruntime.
 *
 * Half the squared distance of a row a and a key b is |a|^2 / 2 + |b|^2 / 2 - ab, and that of -a has + ab: so inverted views
 * cost no product of their own. Float32 loses digits where a and b are long and near each other, so a common mean is taken off
 * first, and callers measure again what was found. N rows of D numbers in S views cost 2 N S M D operations against M keys.
 */

import { createSession, Tensor } from '@onnoise/runtime-node/onnxruntime';
import { encodeModel, GraphBuilder } from '@onnoise/tracer';
import type { Watch } from '../sets/hooks.ts';

/** Numbers that a block's product may have: 64 MiB. */
const BLOCK = 1 << 24;
const MOST_ROWS = 256;

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
  /** Whether the negative of a view is a view, too. Default: false. */
  inverted?: boolean | undefined;
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
  const { count, views, inverted = false, fill, keys, neighbours, onProgress, signal } = search;
  const { width } = keys;
  const mean = search.mean ?? new Float64Array(width);
  const block = Math.max(1, Math.min(MOST_ROWS, count, Math.floor(BLOCK / (views * keys.count))));
  const graph = nearestGraph({ views, inverted, neighbours });
  const session = await createSession(encodeModel(graph), { logSeverityLevel: 3 });
  const centred = lessMean(keys.values, mean);
  const table = {
    keys: new Tensor('float32', centred, [keys.count, width]),
    keySquares: new Tensor('float32', halfSquares(centred, width), [1, keys.count]),
  };
  const plain = new Float32Array(views * block * width);
  const found = new Int32Array(count * neighbours);
  try {
    for (let first = 0; first < count; first += block) {
      signal?.throwIfAborted();
      const rows = Math.min(block, count - first);
      const filled = plain.subarray(0, views * rows * width);
      fill(first, rows, filled);
      const queries = lessMean(filled, mean);
      const { nearest } = await session.run({
        ...table,
        queries: new Tensor('float32', queries, [views * rows, width]),
        querySquares: new Tensor('float32', halfSquares(queries, width), [views * rows, 1]),
      });
      found.set(Int32Array.from(nearest!.data as BigInt64Array, Number), first * neighbours);
      onProgress?.(first + rows, count);
      await new Promise(setImmediate); // a call blocks the event loop: let others in between
    }
  } finally {
    await session.release();
  }
  return found;
}

/** `queries` [S N, D], `keys` [M, D] and half of their squared lengths to `nearest` [N, k]. */
function nearestGraph({ views, inverted, neighbours }: { views: number; inverted: boolean; neighbours: number }) {
  const b = new GraphBuilder('nearest');
  const { graph } = b;
  const port = (name: string, dims: (string | number)[]) => graph.inputs.push({ name, dtype: 'float32', dims });
  port('queries', ['rows', 'width']);
  port('querySquares', ['rows', 1]);
  port('keys', ['keys', 'width']);
  port('keySquares', [1, 'keys']);
  // Nothing reads these: all extents are dynamic.
  const unknown = { dtype: 'float32', dims: [] } as const;
  const products = b.emit('Gemm', ['queries', 'keys'], unknown, {
    attributes: { transA: { int: 0 }, transB: { int: 1 } },
  });
  // Nearness: minus half of the squared distance.
  let near = b.emit('Sub', [inverted ? b.emit('Abs', [products], unknown) : products, 'querySquares'], unknown);
  if (views > 1) {
    // 0 keeps the number of keys.
    const apart = b.emit('Unsqueeze', [near, b.shape([0])], unknown);
    const split = b.emit('Reshape', [apart, b.shape([views, -1, 0])], unknown);
    near = b.emit('ReduceMax', [split, b.shape([0])], unknown, { attributes: { keepdims: { int: 0 } } });
  }
  near = b.emit('Sub', [near, 'keySquares'], unknown);
  const [, order] = b.emitMany('TopK', [near, b.shape([neighbours])], [unknown, { dtype: 'int64', dims: [] }], {
    attributes: { axis: { int: 1 }, largest: { int: 1 }, sorted: { int: 1 } },
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

function lessMean(values: Float32Array, mean: Float64Array): Float32Array {
  const width = mean.length;
  const out = new Float32Array(values.length);
  for (let at = 0; at < out.length; at += width) {
    for (let i = 0; i < width; i++) out[at + i] = values[at + i]! - mean[i]!;
  }
  return out;
}

/** Half of the squared length of each row. */
export function halfSquares(values: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, row) => {
    let square = 0;
    for (let at = row * width, end = at + width; at < end; at++) square += values[at]! ** 2;
    return square / 2;
  });
}
