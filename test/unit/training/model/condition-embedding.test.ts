import * as tf from '@tensorflow/tfjs';
import * as node from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, useCpu } from '#test/models/model.ts';
import { encodeModel, trace } from '#tracer/index.ts';
import { conditionFeatures } from '#training/layers/condition-embedding.ts';
import { createModel, initParameters } from '#training/model/index.ts';

useCpu();

const VALUES = Float32Array.from({ length: 801 }, (_, i) => -10 + i / 40); // both ends beyond 8
/** In float64. */
const expected = Array.from(VALUES, (value) => {
  const v = Math.min(8, Math.max(-8, value));
  return [...Array.from({ length: 8 }, (_, i) => [Math.sin(v * 2 ** (i - 4)), Math.cos(v * 2 ** (i - 4))]).flat(), 1];
}).flat();
const column = (values: Float32Array) => tf.tensor2d(values, [values.length, 1]);
const ones = new Float32Array(VALUES.length).fill(1);

describe('conditionFeatures', () => {
  it('are sines and cosines of eight frequencies, and the flag, to 4e-5 (tfjs)', () => {
    const features = conditionFeatures(column(VALUES), column(ones));
    expect(features.shape).toEqual([801, 17]);
    expectClose(features.dataSync(), expected, { absolute: 4e-5, what: 'features' });
  });

  it('are so in a graph without a sine, too (onnxruntime-node)', async () => {
    const shape = [VALUES.length, 1];
    const inputs = ['value', 'flag'].map((name) => ({ name, shape, dtype: 'float32' as const }));
    const graph = trace(
      ({ value, flag }) => ({ features: conditionFeatures(value as tf.Tensor2D, flag as tf.Tensor2D) }),
      inputs,
    );
    expect(graph.nodes.map(({ op }) => op).filter((op) => op === 'Sin' || op === 'Cos')).toEqual([]);
    const session = await node.InferenceSession.create(encodeModel(graph));
    const feeds = { value: new node.Tensor('float32', VALUES, shape), flag: new node.Tensor('float32', ones, shape) };
    const { features } = await session.run(feeds);
    await session.release();
    expectClose(features!.data as Float32Array, expected, { absolute: 4e-5, what: 'features' });
  });

  it('are zeros without the flag', () => {
    expect(
      conditionFeatures(column(VALUES), column(new Float32Array(801)))
        .dataSync()
        .every((x) => x === 0),
    ).toBe(true);
  });
});

describe('a network with conditions', () => {
  const spec = { name: 'age', mean: 1, std: 2, min: 0, max: 9 };
  const model = createModel({ _class_name: 'SimpleUnet', sample_size: 4, channels: [2, 4], conditions: [spec] });
  const weights = tensorsOf(model, initParameters(model, 1));
  const run = (conditions?: number[][]) =>
    model.forward(weights, tf.zeros([2, 1, 4, 4]), tf.tensor1d([3, 3]), {
      training: false,
      ...(conditions && { conditions: tf.tensor2d(conditions, undefined, 'float32') }),
    });

  it('takes one row a sample, each for itself', () => {
    const output = run([
      [0.5, 1],
      [0.5, 0],
    ]).dataSync();
    const swapped = run([
      [0.5, 0],
      [0.5, 1],
    ]).dataSync();
    expect(output.slice(0, 16)).toEqual(swapped.slice(16));
    expect(output.slice(0, 16)).not.toEqual(output.slice(16));
  });

  it('refuses other shapes, and a network without conditions refuses any', () => {
    const message = 'Cannot run the network: conditions must be [N, 2], a value and a flag for each, received';
    expect(() => run()).toThrow(`${message} undefined.`);
    expect(() => run([[1, 1]])).toThrow(`${message} [1, 2].`);
    const plain = createModel({ _class_name: 'SimpleUnet', sample_size: 4, channels: [2, 4] });
    const given = { training: false, conditions: tf.zeros([1, 2]) as tf.Tensor2D };
    expect(() => plain.forward({}, tf.zeros([1, 1, 4, 4]), tf.tensor1d([3]), given)).toThrow(
      'Cannot run the network: conditions must be absent: it has none, received [1, 2].',
    );
  });
});
