import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, type Input, randomData, runEager, runGraph, uniforms } from '#test/traced.ts';
import { encodeModel, type TensorSpec, trace, traceAnyBatch } from '#tracer/index.ts';

type Fn = (tensors: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

/** Traces for any batch size and compares with tfjs at several. */
async function expectAnyBatch(fn: Fn, shapes: Record<string, number[]>) {
  const specs = (batch: number): TensorSpec[] =>
    Object.entries(shapes).map(([name, shape]) => ({ name, shape: [batch, ...shape], dtype: 'float32' }));
  const graph = traceAnyBatch((batch) => trace(fn, specs(batch)));
  for (const batch of [1, 2, 5]) {
    const next = uniforms(batch);
    const inputs = specs(batch).map((spec) => ({
      ...spec,
      data: randomData(next, spec.shape, 'float32', [-1, 1]),
    })) as Input[];
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

  it('takes rows of the batch by index', async () => {
    await expectAnyBatch(({ x }) => ({ y: tf.gather(x!, tf.argMin(x!, 0)) }), { x: [3] });
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
