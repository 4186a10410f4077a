/** Convolutions of volumes have five axes: what passes know of images must not be taken for volumes. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  asTensor,
  expectSame,
  type Input,
  randomInput,
  runEager,
  runGraph,
  type TracedFunction,
  uniforms,
} from '#test/models/traced.ts';
import { blockConvolutions, explainPasses, foldScale, type Graph, simplify, trace } from '#tracer/index.ts';
import { foldBatchNorm } from '#tracer/passes/batch-norm.ts';

const next = uniforms(3);
const input = (name: string, shape: readonly number[]) => randomInput(next, name, shape, [-1, 1]);

const [x, w] = [input('x', [1, 4, 5, 6, 2]), input('w', [3, 3, 3, 2, 4])];
// As many depths as channels.
const depths = input('depths', [4, 1, 1, 1]);
const channels = input('channels', [4]);

const convolve = (image: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
  tf.conv3d(image as tf.Tensor5D, filter as tf.Tensor5D, 1, 'same');

async function expectEqual(
  fn: TracedFunction,
  inputs: readonly Input[],
  pass?: (graph: Graph) => void,
): Promise<Graph> {
  const graph = trace(fn, inputs);
  pass?.(graph);
  simplify(graph);
  expectSame(await runGraph(graph, inputs), runEager(fn, inputs));
  return graph;
}

const opsOf = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);

describe('passes on convolutions of volumes', () => {
  it('take what is added to each channel for a bias, and not what is added to each depth', async () => {
    const add = (key: string) => (t: tf.NamedTensorMap) => ({ y: tf.add(convolve(t.x!, t.w!), t[key]!) });
    expect(opsOf(await expectEqual(add('channels'), [x, w, channels]))).not.toContain('Add');
    expect(opsOf(await expectEqual(add('depths'), [x, w, depths]))).toContain('Add');
  });

  it.each([
    ['foldScale', foldScale],
    ['foldBatchNorm', foldBatchNorm],
  ] as const)('take what scales each channel, and not what scales each depth: %s', async (_, pass) => {
    const [filter, byDepth, byChannel] = [w, depths, channels].map(asTensor) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const mul = (factor: tf.Tensor) => (t: tf.NamedTensorMap) => ({ y: tf.mul(convolve(t.x!, filter), factor) });
    expect(opsOf(await expectEqual(mul(byChannel), [x], pass))).not.toContain('Mul');
    expect(opsOf(await expectEqual(mul(byDepth), [x], pass))).toContain('Mul');
  });

  it('take what shifts each channel, and not what shifts each depth', async () => {
    const [filter, byDepth, byChannel] = [w, depths, channels].map(asTensor) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const sub = (shift: tf.Tensor) => (t: tf.NamedTensorMap) => ({ y: tf.sub(convolve(t.x!, filter), shift) });
    expect(opsOf(await expectEqual(sub(byChannel), [x], foldBatchNorm))).not.toContain('Sub');
    expect(opsOf(await expectEqual(sub(byDepth), [x], foldBatchNorm))).toContain('Sub');
  });

  it('leave them alone where images would run on blocked kernels, with gradients, and say so', async () => {
    const wide = [input('x', [2, 8, 8, 8, 16]), input('w', [2, 2, 2, 16, 16])];
    const loss = (...[a, b]: tf.Tensor[]) => tf.sum(tf.square(convolve(a!, b!))) as tf.Scalar;
    const fn: TracedFunction = (t) => {
      const [dx, dw] = tf.grads(loss)([t.x!, t.w!]) as [tf.Tensor, tf.Tensor];
      return { y: convolve(t.x!, t.w!), dx, dw };
    };
    const graph = trace(fn, wide);
    const misses = explainPasses(graph, { block: 16 });
    expect(misses.map(({ reason }) => reason)).toContain(
      'its filter is [16,16,2,2,2], not [O, C, kH, kW] as that of images',
    );
    const before = opsOf(graph);
    blockConvolutions(graph, 16);
    expect(opsOf(graph)).toEqual(before);
    expectSame(await runGraph(graph, wide), runEager(fn, wide), { absolute: 1e-3, relative: 1e-4 });
  });
});
