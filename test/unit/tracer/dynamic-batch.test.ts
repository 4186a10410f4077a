import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, randomData, randomInput, runEager, runGraph, uniforms } from '#test/models/traced.ts';
import { encodeModel, type TensorSpec, trace, traceAnyBatch } from '#tracer/index.ts';
import { pads } from './rows/row.ts';

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
  it('names the batch axis of inputs and outputs', async () => {
    const graph = await expectAnyBatch(({ x }) => ({ y: tf.relu(x!) }), { x: [3] });
    expect(graph.inputs[0]!.dims).toEqual(['batch', 3]);
    expect(graph.outputs[0]!.dims).toEqual(['batch', 3]);
  });

  it('lets a reshape that moves with the batch follow it by -1', async () => {
    const graph = await expectAnyBatch(({ x }) => ({ y: tf.reshape(x!, [x!.shape[0]!, 2, 3]) }), { x: [6] });
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Reshape']);
  });

  it('computes a shape that is linear in the batch size: a broadcast written out, a slice over all of it', async () => {
    const graph = await expectAnyBatch(
      ({ x }) => {
        const ones = tf.broadcastTo(tf.mean(x!, 0, true), x!.shape);
        return {
          y: tf.concat([ones, x!], 1),
          half: tf.slice(tf.concat([x!, x!], 0), [x!.shape[0]!, 0], [x!.shape[0]!, 2]),
        };
      },
      { x: [4] },
    );
    expect(graph.nodes.some(({ op }) => op === 'Shape')).toBe(true);
    expect(encodeModel(graph).length).toBeGreaterThan(0);
  });

  it('writes out a constant of equal elements over the batch', async () => {
    const fn: Fn = ({ x }) => ({ y: tf.concat([x!, tf.fill([x!.shape[0]!, 1], 2)], 1) });
    await expectAnyBatch(fn, { x: [3] });
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

  it('takes rows of the batch by index', async () => {
    await expectAnyBatch(({ x }) => ({ y: tf.gather(x!, tf.argMin(x!, 0)) }), { x: [3] });
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

  it('refuses random numbers as such', () => {
    const fn: Fn = ({ x }) => ({ y: tf.dropout(x!, 0.5) });
    expect(() => traceAnyBatch((batch) => trace(fn, [{ name: 'x', shape: [batch, 2], dtype: 'float32' }]))).toThrow(
      /Cannot trace dropout: .* pass noise as an input/,
    );
  });

  it('refuses a function that uses the batch size as a number', () => {
    const fn: Fn = ({ x }) => ({ y: tf.mul(x!, x!.shape[0]!) });
    expect(() => traceAnyBatch((batch) => trace(fn, [{ name: 'x', shape: [batch, 2], dtype: 'float32' }]))).toThrow(
      /for any batch size: a constant of the node/,
    );
  });

  it('refuses a function whose nodes depend on the batch size', () => {
    const fn: Fn = ({ x }) => ({ y: x!.shape[0]! % 4 === 1 ? tf.relu(x!) : tf.exp(tf.relu(x!)) });
    expect(() =>
      traceAnyBatch((batch) => trace(fn, [{ name: 'x', shape: [batch, 2], dtype: 'float32' }])),
    ).not.toThrow();
    const other: Fn = ({ x }) => ({ y: x!.shape[0]! > 1010 ? tf.relu(x!) : tf.exp(tf.relu(x!)) });
    expect(() => traceAnyBatch((batch) => trace(other, [{ name: 'x', shape: [batch, 2], dtype: 'float32' }]))).toThrow(
      /1 nodes must not depend/,
    );
  });
});
