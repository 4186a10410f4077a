/** What a model is refused for: the sentence names the layer or the node. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { graphOfPictures } from '#test/models/graph-models.ts';
import { TraceError, traceModel, traceTrainingStep } from '#tracer/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Compute = (x: tf.Tensor) => tf.Tensor;

class Own extends tf.layers.Layer {
  static readonly className: string = 'Own';
  private readonly compute: Compute;

  constructor(compute: Compute) {
    super({ name: 'mine' });
    this.compute = compute;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.compute([inputs].flat()[0]!));
  }
}

const withOwn = (compute: Compute): tf.LayersModel =>
  tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] }), new Own(compute)] });

function caught(run: () => unknown): TraceError {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a layer', () => {
  it.each<[string, Compute, RegExp]>([
    ['a kernel', (x) => tf.unique(tf.reshape(x, [-1])).values, /^Cannot trace the tfjs kernel Unique: /],
    ['a value', (x) => tf.mul(x, x.dataSync()[0]!), /^Cannot read a traced tensor: /],
  ])('is named with the line in it: %s', (_, compute, sentence) => {
    const error = caught(() => traceModel(withOwn(compute)));
    expect(error.message).toMatch(sentence);
    expect(error.part).toBe('the layer mine (Own)');
    expect(error.line).toMatch(/errors\.test\.ts:\d+:\d+$/);
    expect(error.message.endsWith(` It is asked for at ${error.line}, by the layer mine (Own).`)).toBe(true);
  });

  it('is named for random numbers, in a model and in a training step', () => {
    const sentence =
      'Cannot trace mul: a constant of it must be the same in every run, but changes, as random numbers do; pass noise as an input of the function. It is asked for by the layer mine (Own).';
    const model = withOwn((x) => tf.mul(x, Math.random()));
    expect(() => traceModel(model)).toThrow(sentence);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect(() => traceTrainingStep(model, { batch: 2 })).toThrow(sentence);
  });

  it('of tfjs is named without a line', () => {
    const flags = tf.input({ shape: [4], dtype: 'bool', name: 'flags' });
    const sum = tf.layers.add({ name: 'sum' }).apply([flags, flags]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: flags, outputs: sum });
    const error = caught(() => traceModel(model));
    expect([error.part, error.line]).toEqual(['the layer sum (Add)', undefined]);
    expect(error.message).toMatch(/ It is asked for by the layer sum \(Add\)\.$/);
  });

  it('that remembers is refused', () => {
    const model = tf.sequential();
    model.add(tf.layers.lstm({ units: 2, stateful: true, batchInputShape: [2, 3, 1], name: 'memory' }));
    expect(() => traceModel(model)).toThrow(
      'Cannot trace the layer memory (LSTM): it must not be stateful, since a graph remembers nothing between calls; ',
    );
  });
});

it('a node of a graph model is named for a kernel', async () => {
  const attr = { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } };
  const parts = graphOfPictures([{ name: 'odd', op: 'Unique', input: ['Identity'], attr }]);
  const outputs = { odd: { name: 'odd:0', dtype: 'DT_FLOAT', tensorShape: { dim: [] } } };
  const weights = Object.entries(parts.weights);
  const artifacts = {
    modelTopology: parts.topology,
    signature: { ...parts.signature!, outputs },
    weightSpecs: weights.map(([name, { shape, data }]) => {
      return { name, shape, dtype: data instanceof Int32Array ? ('int32' as const) : ('float32' as const) };
    }),
    weightData: Uint8Array.from(weights.flatMap(([, { data }]) => [...new Uint8Array(data.buffer)])).buffer,
  };
  const model = await tf.loadGraphModel({ load: async () => artifacts as tf.io.ModelArtifacts });
  expect(() => traceModel(model)).toThrow(/Unique.* It is asked for by the node odd \(Unique\)\.$/);
});
