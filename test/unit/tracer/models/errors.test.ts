/** What a model is refused for: the sentence names the layer or the node. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { graphOfPictures } from '#test/models/graph-models.ts';
import type { GraphParts } from '#test/models/saved-models.ts';
import { TraceError, trace, traceModel, traceTrainingStep } from '#tracer/index.ts';

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
    ['what a row refuses', (x) => tf.add(tf.cast(x, 'bool'), tf.cast(x, 'bool')), /^Cannot trace Add: /],
    ['dataSync', (x) => tf.mul(x, x.dataSync()[0]!), /^Cannot read a traced tensor: /],
    ['arraySync', (x) => tf.mul(x, (x.arraySync() as number[][])[0]![0]!), /^Cannot read a traced tensor: /],
    ['a comparison', (x) => (x > (0 as unknown as tf.Tensor) ? x : tf.neg(x)), /^Cannot read a traced tensor: /],
    ['a string', (x) => tf.concat([x, tf.tensor(['a'])]), /^Cannot trace a string tensor: /],
  ])('is named with the line in it: %s', (_, compute, sentence) => {
    const error = caught(() => traceModel(withOwn(compute)));
    expect(error.message).toMatch(sentence);
    expect(error.part).toBe('the layer mine (Own)');
    expect(error.line).toMatch(/errors\.test\.ts:\d+:\d+$/);
    expect(error.message.endsWith(` It is asked for at ${error.line}, by the layer mine (Own).`)).toBe(true);
  });

  it.each<[string, Compute, string]>([
    ['randomNormal', (x) => tf.add(x, tf.randomNormal(x.shape)), 'randomNormal'],
    ['randomUniform', (x) => tf.add(x, tf.randomUniform(x.shape)), 'randomUniform'],
    ['dropout', (x) => tf.dropout(x, 0.5), 'dropout'],
    ['multinomial', (x) => tf.add(x, tf.multinomial([[0.5, 0.5]] as never, 40).sum()), 'multinomial'],
    ['Math.random', (x) => tf.mul(x, Math.random()), 'mul'],
  ])('is named for random numbers: %s', (_, compute, op) => {
    const sentence = `Cannot trace ${op}: a constant of it must be the same in every run, but changes, as random numbers do; pass noise as an input of the function. It is asked for by the layer mine (Own).`;
    expect(() => traceModel(withOwn(compute))).toThrow(sentence);
    const model = withOwn(compute);
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

async function graphModel(parts: GraphParts): Promise<tf.GraphModel> {
  const weightSpecs = Object.entries(parts.weights).map(([name, { shape, data }]) => {
    return { name, shape, dtype: data instanceof Int32Array ? ('int32' as const) : ('float32' as const) };
  });
  const bytes = Object.values(parts.weights).map(({ data }) => new Uint8Array(data.buffer));
  const weightData = Uint8Array.from(bytes.flatMap((each) => [...each])).buffer;
  const artifacts = { modelTopology: parts.topology, signature: parts.signature, weightSpecs, weightData };
  return tf.loadGraphModel({ load: async () => artifacts as tf.io.ModelArtifacts });
}

describe('a node of a graph model', () => {
  it('is named for a kernel', async () => {
    const flat = {
      name: 'odd',
      op: 'Unique',
      input: ['Identity'],
      attr: { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } },
    };
    const parts = graphOfPictures([flat]);
    Object.assign(parts.signature!, {
      outputs: { odd: { name: 'odd:0', dtype: 'DT_FLOAT', tensorShape: { dim: [] } } },
    });
    const model = await graphModel(parts);
    expect(() => traceModel(model)).toThrow(/Unique.* It is asked for by the node odd \(Unique\)\.$/);
  });
});

describe('a function', () => {
  const X = { name: 'x', shape: [2, 3], dtype: 'float32' } as const;

  it('that is async is refused, whatever it awaits', () => {
    const fn = async ({ x }: Record<string, tf.Tensor>) => ({ y: tf.mul(x!, (await x!.data())[0]!) });
    expect(() => trace(fn as never, [X])).toThrow(
      'Cannot trace: the function must return its tensors at once, received a promise; a traced tensor has no value to wait for.',
    );
  });

  it('that returns nothing is refused', () => {
    expect(() => trace((() => undefined) as never, [X])).toThrow(
      /must return an object with one tensor or more, received none/,
    );
    expect(() => trace(() => ({}), [X])).toThrow(/received none/);
  });

  it('may name an output like an operator', () => {
    const graph = trace(({ x }) => ({ Exp: tf.neg(tf.exp(x!)), Neg: tf.exp(tf.exp(x!)) }), [X]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['Exp', 'Neg']);
    const names = graph.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(names).size).toBe(names.length);
  });
});
