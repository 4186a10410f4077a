/** Data moves only where an operator needs it: operators that traced graphs must not contain. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectTraced, pads, randomInput, type Tensors, uniforms } from '#test/models/traced.ts';
import type { Graph } from '#tracer/graph/graph.ts';
import { trace } from '#tracer/tracing/trace.ts';

const next = uniforms(11);
const input = (name: string, ...shape: number[]) => randomInput(next, name, shape, [-1, 1]);
const ops = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

/** Images arrive in NCHW and filters in OIHW; tfjs needs NHWC and HWIO. */
const nhwc = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
const nchw = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);
const hwio = (w: tf.Tensor) => tf.transpose(w, [2, 3, 1, 0]) as tf.Tensor4D;

describe('a traced convolutional network', () => {
  const inputs = [input('x', 2, 3, 24, 24), input('v', 4, 3, 3, 3), input('b', 4), input('w', 2, 4, 3, 3)];

  it('has no Transpose, around concat, split, slice, pad, pooling, statistics and scaling either', async () => {
    const graph = await expectTraced(({ x, v, b, w }) => {
      const h = tf.relu(tf.add(tf.conv2d(nhwc(x!), hwio(v!), 1, 'same'), b!));
      const { mean, variance } = tf.moments(h, [1, 2], true);
      const normed = tf.mul(tf.div(tf.sub(h, mean), tf.sqrt(tf.add(variance, 1e-5))), b!);
      const [left, right] = tf.split(normed, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
      const padded = tf.pad(tf.concat([right, left, h], 3), pads([0, 0], [1, 1], [1, 1], [0, 0]));
      const cut = tf.slice(padded, [0, 1, 1, 2], [-1, 24, 24, 4]);
      return { y: nchw(tf.conv2d(tf.maxPool(cut as tf.Tensor4D, 2, 2, 'valid'), hwio(w!), 1, 'same')) };
    }, inputs);
    expect(ops(graph)).not.toContain('Transpose');
    // The bias is a part of the convolution.
    expect(
      ops(graph)
        .filter((op) => op !== 'Reshape')
        .slice(0, 2),
    ).toEqual(['Conv', 'Relu']);
  });

  it('has none in GroupNorm, whose reshapes follow the stored order', async () => {
    const graph = await expectTraced(
      ({ x }) => {
        const grouped = tf.reshape(nhwc(x!), [2, 16, 3, 2]);
        const { mean, variance } = tf.moments(grouped, [1, 3], true);
        const normed = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5)));
        return { y: nchw(tf.reshape(normed, [2, 4, 4, 6])) };
      },
      [input('x', 2, 6, 4, 4)],
    );
    expect(ops(graph)).not.toContain('Transpose');
  });

  it('has none between an image and its attention, whose products take either order', async () => {
    const graph = await expectTraced(
      ({ x }) => {
        const tokens = tf.reshape(nhwc(x!), [2, 16, 6]); // stored [2, 6, 16]
        return { y: tf.sum(tf.matMul(tokens, tokens, false, true), 2) };
      },
      [input('x', 2, 6, 4, 4)],
    );
    // The factor whose stored order does not suit the product; onnxruntime fuses this into the product.
    expect(ops(graph).filter((op) => op === 'Transpose').length).toBeLessThanOrEqual(1);
  });

  it('stores updated filters in the order it got them: a step transposes no filter', async () => {
    const step = ({ x, v }: Tensors): Tensors => {
      const gradient = tf.grad((w: tf.Tensor) => tf.sum(tf.square(tf.conv2d(nhwc(x!), hwio(w), 1, 'same'))))(v!);
      return { next: tf.sub(v!, tf.mul(gradient, 1e-3)) };
    };
    const graph = trace(step, inputs);
    const update = graph.nodes.at(-1)!;
    expect(update.op).toBe('Sub');
    expect(update.inputs[0]).toBe('v');
  });
});

describe('a traced function', () => {
  it('does not write broadcasts out for elementwise operators and sums', async () => {
    const graph = await expectTraced(
      ({ x }) => {
        const tiled = tf.tile(tf.reshape(x!, [1, 4]), [3, 1]);
        const scaled = tf.mul(tf.add(tiled, tf.ones([3, 4])), tf.fill([3, 1], 2));
        return { y: tf.sum(scaled, 0) };
      },
      [input('x', 4)],
    );
    expect(ops(graph)).not.toContain('Expand');
    expect(ops(graph)).not.toContain('Tile');
  });

  it('has no node for transposes and reshapes that cancel out', async () => {
    const graph = await expectTraced(
      ({ x }) => ({ y: tf.neg(tf.reshape(tf.reshape(tf.transpose(tf.transpose(x!)), [6]), [2, 3])) }),
      [input('x', 2, 3)],
    );
    expect(ops(graph)).toEqual(['Neg']);
  });

  it('names nodes by the scope of the parameters they read', () => {
    const graph = trace(
      (t) => {
        const h = tf.relu(tf.conv2d(nhwc(t.x!), hwio(t['down.0.conv.weight']!), 1, 'same'));
        return { y: tf.exp(tf.matMul(tf.reshape(h, [2, -1]), t['head.linear.weight'] as tf.Tensor2D)) };
      },
      [input('x', 2, 3, 24, 24), input('down.0.conv.weight', 4, 3, 3, 3), input('head.linear.weight', 24 * 24 * 4, 2)],
    );
    const names = graph.nodes.map(({ name }) => name);
    expect(names).toContain('down.0.conv/Conv');
    expect(names).toContain('down.0.conv/Relu');
    expect(names).toContain('head.linear/Gemm');
    expect(new Set(names).size).toBe(names.length);
  });
});
