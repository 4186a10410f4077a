/** Convolutions of volumes have five axes: what passes know of images must not be taken for volumes. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  asTensor,
  expectSame,
  randomInput,
  runEager,
  runGraph,
  type TracedFunction,
  uniforms,
} from '#test/models/traced.ts';
import { blockConvolutions, explainPasses, foldScale, type Graph, simplify, trace } from '#tracer/index.ts';
import { foldBatchNorm } from '#tracer/passes/batch-norm.ts';

const next = uniforms(3);
const input = (name: string, ...shape: number[]) => randomInput(next, name, shape, [-1, 1]);
const convolve = (image: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
  tf.conv3d(image as tf.Tensor5D, filter as tf.Tensor5D, 1, 'same');
const opsOf = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);

describe('passes on convolutions of volumes', () => {
  it.each([
    ['a bias', 'Add', tf.add, () => {}, true],
    ['a scale', 'Mul', tf.mul, foldScale, false],
    ['a scale of a normalisation', 'Mul', tf.mul, foldBatchNorm, false],
    ['a shift of a normalisation', 'Sub', tf.sub, foldBatchNorm, false],
  ] as const)('take %s of each channel, and not one of each depth', async (_, op, apply, pass, trained) => {
    const [x, w] = [input('x', 1, 4, 5, 6, 2), input('w', 3, 3, 3, 2, 4)];
    // As many depths as channels.
    for (const by of [input('by', 4), input('by', 4, 1, 1, 1)]) {
      const [filter, factor] = [w, by].map(asTensor) as [tf.Tensor, tf.Tensor];
      const fn: TracedFunction = (t) => ({ y: apply(convolve(t.x!, t.w ?? filter), t.by ?? factor) });
      const inputs = trained ? [x, w, by] : [x];
      const graph = trace(fn, inputs);
      pass(graph);
      simplify(graph);
      expectSame(await runGraph(graph, inputs), runEager(fn, inputs));
      expect(opsOf(graph).includes(op)).toBe(by.shape.length > 1);
    }
  });

  it('leave them alone where images would run on blocked kernels, with gradients, and say so', async () => {
    const wide = [input('x', 2, 8, 8, 8, 16), input('w', 2, 2, 2, 16, 16)];
    const fn: TracedFunction = (t) => {
      const [dx, dw] = tf.grads((a, b) => tf.square(convolve(a!, b!)))([t.x!, t.w!]) as [tf.Tensor, tf.Tensor];
      return { y: convolve(t.x!, t.w!), dx, dw };
    };
    const graph = trace(fn, wide);
    const misses = explainPasses(graph, { block: 16 }).map(({ reason }) => reason);
    expect(misses).toContain('its filter is [16,16,2,2,2], not [O, C, kH, kW] as that of images');
    const before = opsOf(graph);
    blockConvolutions(graph, 16);
    expect(opsOf(graph)).toEqual(before);
    expectSame(await runGraph(graph, wide), runEager(fn, wide), { absolute: 1e-3, relative: 1e-4 });
  });
});
