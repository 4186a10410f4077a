/**
 * Gradients that tfjs has wrong, against those that it gives for the same function written with other operators.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, runEager, runGraph } from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';
import { float, type Operand } from '../rows/row.ts';
import { differentiated, type Fn } from './gradient.ts';

const mirrored = (size: number, [before, after]: readonly number[], skipped: number): tf.Tensor1D =>
  tf.tensor1d(
    Array.from({ length: before! + size + after! }, (_, i) => {
      const at = i - before!;
      if (at < 0) return -at - 1 + skipped;
      return at < size ? at : 2 * size - at - 1 - skipped;
    }),
    'int32',
  );

const PADS = [
  [2, 1],
  [0, 2],
] as const;
const indices = tf.tensor4d([0, 2, 2, 1, 1, 1, 0, 2], [2, 2, 2, 1], 'int32');

/** Title, operands, the function, and the same one with operators whose gradients tfjs has right. */
const CASES: readonly (readonly [string, readonly Operand[], Fn, Fn])[] = [
  ...(['reflect', 'symmetric'] as const).map((mode): [string, Operand[], Fn, Fn] => [
    `mirrorPad, ${mode}`,
    [float([3, 4])],
    (x) => tf.mirrorPad(x, PADS as never, mode),
    (x) => {
      const skipped = mode === 'reflect' ? 1 : 0;
      return tf.gather(tf.gather(x, mirrored(3, PADS[0], skipped), 0), mirrored(4, PADS[1], skipped), 1);
    },
  ]),
  [
    'cumsum along the first axis of a square',
    [float([4, 4])],
    (x) => tf.cumsum(x, 0),
    (x) => tf.matMul(tf.tensor2d([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1], [4, 4]), x),
  ],
  [
    'gather with two batch dimensions',
    [float([2, 2, 3, 4])],
    (x) => tf.gather(x, indices, 2, 2),
    (x) => {
      const rows = tf.unstack(tf.reshape(x, [4, 3, 4]));
      const at = tf.unstack(tf.reshape(indices, [4, 2, 1]));
      return tf.reshape(tf.stack(rows.map((row, i) => tf.gather(row, at[i] as tf.Tensor2D, 0))), [2, 2, 2, 1, 4]);
    },
  ],
  ...([tf.maximum, tf.minimum, tf.squaredDifference] as const).map((op): [string, Operand[], Fn, Fn] => [
    `${op.name} of a row and a column`,
    [float([1, 4]), float([3, 1])],
    (a, b) => op(a, b),
    (a, b) => op(tf.tile(a, [3, 1]), tf.tile(b, [1, 4])),
  ]),
  [
    'matMul of matrices and one matrix',
    [float([2, 3, 4]), float([1, 4, 5])],
    (a, b) => tf.matMul(a, b),
    (a, b) => tf.matMul(a, tf.tile(b, [2, 1, 1])),
  ],
];

describe('a traced gradient is right where that of tfjs is not', () => {
  it.each(CASES.map((c, i) => [...c, i] as const))('%s', async (_, operands, fn, other, seed) => {
    const traced = differentiated(operands, fn, seed + 1);
    const judge = differentiated(operands, other, seed + 1);
    const graph = trace(traced.gradients, traced.inputs);
    expectSame(await runGraph(graph, traced.inputs), runEager(judge.gradients, judge.inputs));
  });

  it("and tfjs' own are back after the trace", () => {
    const before = tf.getGradient('MirrorPad');
    trace(({ x }) => ({ y: tf.neg(x!) }), [{ name: 'x', shape: [2], dtype: 'float32' }]);
    expect(tf.getGradient('MirrorPad')).toBe(before);
    const fail = () => {
      throw new Error('stop');
    };
    expect(() => trace(fail, [])).toThrow('stop');
    expect(tf.getGradient('MirrorPad')).toBe(before);
  });
});
