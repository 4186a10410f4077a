import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, pads, randomData, randomInput, runEager, runGraph, uniforms } from '#test/models/traced.ts';
import { type TensorSpec, trace, traceAnyBatch } from '#tracer/index.ts';

type Fn = (tensors: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

/** Traces for any batch size and compares with tfjs at several. */
async function expectAnyBatch(fn: Fn, shapes: Record<string, number[]>) {
  const inputsOf = (batch: number) => {
    const next = uniforms(batch);
    return Object.entries(shapes).map(([name, shape]) => randomInput(next, name, [batch, ...shape], [-1, 1]));
  };
  const graph = traceAnyBatch((batch) => trace(fn, inputsOf(batch)));
  for (const batch of [1, 2, 5]) {
    const inputs = inputsOf(batch);
    expectSame(await runGraph(graph, inputs), runEager(fn, inputs));
  }
  return graph;
}

describe('traceAnyBatch', () => {
  it('names the batch axis of inputs and outputs, which a reshape follows by -1', async () => {
    const graph = await expectAnyBatch(({ x }) => ({ y: tf.reshape(x!, [x!.shape[0]!, 2, 3]) }), { x: [6] });
    expect(graph.inputs[0]!.dims).toEqual(['batch', 6]);
    expect(graph.outputs[0]!.dims).toEqual(['batch', 2, 3]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Reshape']);
  });

  it('reads the batch from the first input that has it', async () => {
    const table: TensorSpec = { name: 'table', shape: [2, 4], dtype: 'float32' };
    const specs = (batch: number): TensorSpec[] => [table, { name: 'x', shape: [batch, 4], dtype: 'float32' }];
    const fn: Fn = ({ table, x }) => ({ y: tf.broadcastTo(tf.mean(table!, 0, true), x!.shape) });
    const graph = traceAnyBatch((batch) => trace(fn, specs(batch)));
    expect(graph.inputs.map(({ dims }) => dims)).toEqual([
      [2, 4],
      ['batch', 4],
    ]);
    const inputs = specs(3).map((spec) => ({ ...spec, data: randomData(uniforms(1), spec.shape, 'float32') }));
    expectSame(await runGraph(graph, inputs), runEager(fn, inputs));
  });

  const image = { x: [6, 4, 2] };
  const turn = tf.tensor2d([0.83, -0.47, 1.371, 0.39, 0.91, -0.713, 0, 0], [1, 8]);
  const filter = tf.tensor(
    new Float32Array(18).map((_, i) => Math.sin(i)),
    [3, 3, 2, 1],
  ) as tf.Tensor4D;
  it.each<[string, (x: tf.Tensor4D) => tf.Tensor | tf.Tensor[]]>([
    ['resizeBilinear', (x) => tf.image.resizeBilinear(x, [9, 5], false, true)],
    [
      'resizeNearestNeighbor',
      (x) => [tf.image.resizeNearestNeighbor(x, [12, 8]), tf.image.resizeNearestNeighbor(x, [5, 7])],
    ],
    ['the gradient of maxPool', (x) => tf.grad((t) => tf.square(tf.maxPool(t as tf.Tensor4D, 3, 2, 'same')))(x)],
    [
      'the gradient of depthwiseConv2d',
      (x) => tf.grad((t) => tf.square(tf.depthwiseConv2d(t as tf.Tensor4D, filter, 2, 'same')))(x),
    ],
    ['maxPoolWithArgmax through the batch', (x) => tf.maxPoolWithArgmax(x, 2, 2, 'valid', true).indexes!],
    ['conv2d of NCHW', (x) => tf.conv2d(tf.transpose(x, [0, 3, 1, 2]) as tf.Tensor4D, filter, 1, 'same', 'NCHW')],
    ['mirrorPad', (x) => tf.mirrorPad(x, pads([0, 0], [1, 2], [1, 1], [0, 0]), 'symmetric')],
    ['stridedSlice', (x) => tf.stridedSlice(x, [0, -1, 0, 0], [0, 0, 4, 2], [1, -2, 2, 1], 1)],
    ['gather in batches', (x) => tf.gather(x, tf.argMax(x, 1), 1, 1)],
    [
      'spaceToBatchND and back',
      (x) =>
        tf.batchToSpaceND(tf.relu(tf.spaceToBatchND(x, [2, 2], pads([1, 1], [0, 2]))), [2, 2], pads([1, 1], [0, 2])),
    ],
    ['rotateWithOffset', (x) => tf.image.rotateWithOffset(x, 0.4)],
    ['topk and cumprod', (x) => tf.cumprod(tf.topk(x, 2).values, 1)],
    ['einsum', (x) => tf.einsum('bhwc,bhwd->bcd', x, x)],
    [
      'dilation2d',
      (x) => tf.dilation2d(x, tf.reshape(tf.slice(filter, [0, 0, 0, 0], [2, 2, 2, 1]), [2, 2, 2]), 1, 'same'),
    ],
    ['localResponseNormalization', (x) => tf.localResponseNormalization(x)],
    ['a broadcast written out', (x) => tf.concat([tf.broadcastTo(tf.mean(x, 0, true), x.shape), x], 1)],
    ['a constant of equal elements', (x) => tf.concat([x, tf.fill([x.shape[0], 6, 4, 1], 2)], 3)],
    ['a slice over all of it', (x) => tf.slice(tf.concat([x, x]), [x.shape[0], 0, 0, 0], [x.shape[0], 6, 4, 1])],
    ['rows of it by index', (x) => tf.gather(x, tf.argMin(tf.max(x, [1, 2]), 0))],
  ])('follows the batch through %s', async (_, fn) => {
    await expectAnyBatch(
      ({ x }) => Object.fromEntries([fn(x as tf.Tensor4D)].flat().map((y, i) => [`y${i}`, y])),
      image,
    );
  });

  it('follows the batch through transform', async () => {
    const shape = (batch: number): TensorSpec[] => [{ name: 'x', shape: [batch, 6, 4, 2], dtype: 'float32' }];
    const fn: Fn = ({ x }) => ({ y: tf.image.transform(x as tf.Tensor4D, turn, 'bilinear', 'reflect') });
    const graph = traceAnyBatch((batch) => trace(fn, shape(batch)));
    const inputs = shape(2).map((spec) => ({ ...spec, data: randomData(uniforms(2), spec.shape, 'float32') }));
    // Image by image: tfjs' cpu backend transforms the first of a batch only.
    const each: Fn = ({ x }) => ({ y: tf.concat(tf.split(x!, 2).map((item) => fn({ x: item }).y!)) });
    expectSame(await runGraph(graph, inputs), runEager(each, inputs));
  });
});
