import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { eachLong } from '#test/each-long.ts';
import { expectSame, randomInput, runGraph, uniforms } from '#test/models/traced.ts';
import { skipBecause } from '#test/skip.ts';
import { blockConvolutions, trace } from '#tracer/index.ts';
import { blockSize } from '#training/engines/onnx/block-size.ts';
import { handmade, shape } from './handmade.ts';

const block = await blockSize();
const lacksBlocks =
  block === undefined ? 'onnxruntime has no blocked kernels for this processor: run on x64' : undefined;

/** Loss and gradients of a convolution or its transpose, with filters that are trained. */
function network(kind: 'conv' | 'transposed', stride: 1 | 2, kernel: number, channels: [number, number]) {
  const side = 36;
  const x: [number, number, number, number] = [4, side, side, channels[0]];
  const filter = kind === 'conv' ? [kernel, kernel, ...channels] : [kernel, kernel, channels[1], channels[0]];
  const next = uniforms(kernel + stride);
  const input = (name: string, shape: number[]) => randomInput(next, name, shape, [-1, 1]);
  const inputs = [input('x', x), input('w', filter), input('bias', [channels[1]])];
  const fn = (t: Record<string, tf.Tensor>) => {
    const apply = (image: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) => {
      const out =
        kind === 'conv'
          ? tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, stride, 'same')
          : tf.conv2dTranspose(
              image as tf.Tensor4D,
              w as tf.Tensor4D,
              [x[0], side * stride, side * stride, channels[1]],
              stride,
              'same',
            );
      return tf.add(out, bias);
    };
    const loss = (...args: tf.Tensor[]) => tf.sum(tf.square(apply(args[0]!, args[1]!, args[2]!))) as tf.Scalar;
    const [dx, dw, db] = tf.grads(loss)([t.x!, t.w!, t.bias!]) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { y: apply(t.x!, t.w!, t.bias!), dx, dw, db };
  };
  return { fn, inputs };
}

describe('blockSize', () => {
  it('is 8, 16 or the like where onnxruntime has blocked kernels', () => {
    if (block !== undefined) expect([4, 8, 16, 32]).toContain(block);
  });
});

describe('blockConvolutions', skipBecause(lacksBlocks), () => {
  const wide = block ?? 16;
  const LAYERS = [
    { kind: 'conv', stride: 1, kernel: 3, channels: [wide, 2 * wide] },
    { kind: 'conv', stride: 2, kernel: 4, channels: [2 * wide, wide] },
    { kind: 'conv', stride: 2, kernel: 3, channels: [wide, wide] },
    { kind: 'transposed', stride: 2, kernel: 4, channels: [2 * wide, wide] },
    { kind: 'transposed', stride: 2, kernel: 2, channels: [wide, 2 * wide] },
  ] as const;
  eachLong(
    LAYERS,
    'changes no value: $kind, stride $stride, kernel $kernel, channels $channels',
    async ({ kind, stride, kernel, channels }) => {
      const { fn, inputs } = network(kind, stride, kernel, [...channels]);
      const expected = await runGraph(trace(fn, inputs), inputs);
      const graph = trace(fn, inputs);
      blockConvolutions(graph, wide);
      expect(
        graph.nodes.filter(({ domain, op }) => domain === 'com.microsoft.nchwc' && op === 'Conv').length,
      ).toBeGreaterThan(0);
      expectSame(await runGraph(graph, inputs), expected, { absolute: 1e-2, relative: 1e-4 });
    },
  );

  it('leaves alone what does not fit: constants, odd channels, few pixels', () => {
    const count = (
      fn: (t: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
      shapes: Record<string, number[]>,
    ) => {
      const graph = trace(
        fn,
        Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      );
      blockConvolutions(graph, wide);
      return graph.nodes.filter(({ domain }) => domain === 'com.microsoft.nchwc').length;
    };
    const conv = (t: Record<string, tf.Tensor>) => ({
      y: tf.conv2d(t.x as tf.Tensor4D, t.w as tf.Tensor4D, 1, 'same'),
    });
    expect(count(conv, { x: [4, 18, 18, wide], w: [3, 3, wide, wide] })).toBeGreaterThan(0);
    expect(count(conv, { x: [4, 18, 18, wide + 1], w: [3, 3, wide + 1, wide] })).toBe(0);
    expect(count(conv, { x: [1, 18, 18, wide], w: [3, 3, wide, wide] })).toBe(0);
    // onnxruntime itself rearranges a constant filter.
    const fixed = trace(conv, [{ name: 'x', shape: [4, 18, 18, wide], dtype: 'float32' }], {
      constants: [{ name: 'w', shape: [3, 3, wide, wide], dtype: 'float32', data: new Float32Array(9 * wide * wide) }],
    });
    blockConvolutions(fixed, wide);
    expect(fixed.nodes.map(({ op }) => op)).not.toContain('ReorderInput');
  });

  it.each([
    ['the reversed taps of a swapped filter', -1, -1, [4, wide, 18, 18]],
    ['a part of a swapped filter, which it does not take for that', 1, 1, [4, wide, 19, 19]],
  ] as const)('changes no value: %s', async (_, start, step, dims) => {
    const kernel = step === -1 ? 3 : 2;
    const graph = handmade({
      inputs: { x: [4, wide, 18, 18], w: [wide, wide, 3, 3] },
      constants: {
        from: shape(start, start),
        to: shape(step * 99, step * 99),
        axes: shape(2, 3),
        step: shape(step, step),
      },
      nodes: [
        ['swapped = Transpose(w)', [wide, wide, 3, 3], { perm: { ints: [1, 0, 2, 3] } }],
        ['part = Slice(swapped, from, to, axes, step)', [wide, wide, kernel, kernel]],
        ['y = Conv(x, part)', dims, { pads: { ints: [1, 1, 1, 1] }, group: { int: 1 } }],
      ],
    });
    const before = structuredClone(graph);
    blockConvolutions(graph, wide);
    const ops = graph.nodes.map(({ op }) => op);
    expect(ops).toContain('ReorderOutput');
    expect(ops.includes('Slice')).toBe(step === 1);
    const next = uniforms(2);
    const inputs = graph.inputs.map(({ name, dims }) => randomInput(next, name, dims as number[]));
    expectSame(await runGraph(graph, inputs), await runGraph(before, inputs), { absolute: 1e-3, relative: 1e-5 });
  });
});
