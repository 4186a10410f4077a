import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, randomInput, runEager, runGraph, type TracedFunction, uniforms } from '#test/models/traced.ts';
import { trace, traceAnyBatch } from '#tracer/index.ts';
import { removeDead } from '#tracer/passes/dead.ts';
import { fuseGroupNorm } from '#tracer/passes/group-norm.ts';
import { expectPass, handmade, shape } from './handmade.ts';

const [channels, groups, side] = [6, 3, 5];

/** GroupNorm on a map that is stored channels first, as the networks write it. */
function groupNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const [n, h, w] = x.shape as [number, number, number];
  const grouped = tf.reshape(x, [n, h, w, groups, channels / groups]);
  const mean = tf.mean(grouped, [1, 2, 4], true);
  const d = tf.sub(grouped, mean);
  const r = tf.rsqrt(tf.add(tf.mean(tf.mul(d, d), [1, 2, 4], true), 1e-5));
  const perGroup = (vector: tf.Tensor) => tf.reshape(vector, [1, 1, 1, groups, channels / groups]);
  return tf.reshape(tf.add(tf.mul(d, tf.mul(r, perGroup(scale))), perGroup(shift)), [n, h, w, channels]);
}

const next = uniforms(5);
const VECTORS = ['scale', 'shift'].map((name) => randomInput(next, name, [channels], [0.5, 2]));

const nhwc = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]);
const nchw = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);

describe('fuseGroupNorm', () => {
  it.each([
    ['makes one InstanceNormalization of a traced GroupNorm', true],
    ['leaves one whose statistics are read by something else', false],
  ])('%s, for any batch', async (_, alone) => {
    const fn: TracedFunction = (t) => {
      const map = nhwc(t.x!);
      const grouped = tf.reshape(map, [map.shape[0]!, side, side, groups, channels / groups]);
      const y = nchw(groupNorm(map, t.scale!, t.shift!));
      return alone ? { y } : { y, mean: tf.mean(grouped, [1, 2, 4], true) };
    };
    const spec = (batch: number) => ({ name: 'x', shape: [batch, channels, side, side], dtype: 'float32' }) as const;
    const graph = traceAnyBatch((batch) => trace(fn, [spec(batch)], { constants: VECTORS }));
    fuseGroupNorm(graph);
    removeDead(graph);
    const found = graph.nodes.map(({ op }) => op);
    expect(['InstanceNormalization', 'ReduceMean'].map((op) => found.includes(op))).toEqual([alone, !alone]);
    for (const batch of [1, 3]) {
      const input = randomInput(next, 'x', spec(batch).shape);
      expectSame(await runGraph(graph, [input]), runEager(fn, [input, ...VECTORS]));
    }
  });

  const [X, G, S] = [
    [2, 6, 5, 5],
    [2, 3, 2, 5, 5],
    [2, 3, 1, 1, 1],
  ] as const;
  /** A handwritten normalization, with the inputs of every commutative operator swapped. */
  const written = (axes: number[]) =>
    handmade({
      inputs: { x: X },
      constants: {
        groups: shape(...G),
        image: shape(...X),
        axes: shape(...axes),
        epsilon: { data: Float32Array.of(1e-5), dims: [] },
        scale: { data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [1, 3, 2, 1, 1] },
        shift: { data: Float32Array.of(6, 5, 4, 3, 2, 1), dims: [1, 3, 2, 1, 1] },
      },
      nodes: [
        ['grouped = Reshape(x, groups)', G],
        ['mean = ReduceMean(grouped, axes)', S],
        'd = Sub(grouped, mean)',
        'square = Mul(d, d)',
        ['variance = ReduceMean(square, axes)', S],
        'guarded = Add(epsilon, variance)',
        'root = Sqrt(guarded)',
        'inverse = Reciprocal(root)',
        'factor = Mul(scale, inverse)',
        'scaled = Mul(factor, d)',
        'shifted = Add(shift, scaled)',
        ['y = Reshape(shifted, image)', X],
      ],
    });

  it('takes commutative inputs from either side, and gives the same values', async () => {
    await expectPass(
      written([2, 3, 4]),
      fuseGroupNorm,
      [
        'y.Reshape = Reshape(x, int64_0_3_-1)',
        'y.InstanceNormalization = InstanceNormalization(y.Reshape, ones_3, zeros_3)',
        'y.Reshape_1 = Reshape(y.InstanceNormalization, image)',
        'y.Mul = Mul(y.Reshape_1, scale.channels)',
        'y = Add(y.Mul, shift.channels)',
      ],
      { absolute: 1e-5, relative: 1e-5 },
    );
  });

  it('leaves one whose statistics are of other axes', () => {
    const graph = written([2, 4]);
    fuseGroupNorm(graph);
    expect(graph.nodes).toEqual(written([2, 4]).nodes);
  });
});
