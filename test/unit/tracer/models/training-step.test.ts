/** Ten steps of training: the traced step on onnxruntime beside tfjs' own `trainOnBatch` on its cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { seedWeights } from '#test/architectures/build.ts';
import { ARCHITECTURES } from '#test/architectures/index.ts';
import { DROPOUT_SEED, expectTrained } from '#test/training-steps.ts';
import { traceTrainingStep } from '#tracer/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A network with everything that keeps state: batch normalisation, dropout, a penalty on weights. */
function small(): tf.LayersModel {
  const model = tf.sequential({ name: 'small' });
  model.add(tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [6, 6, 2], activation: 'relu', name: 'conv' }));
  model.add(tf.layers.batchNormalization({ name: 'bn' }));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dropout({ rate: 0.4, seed: DROPOUT_SEED, name: 'drop' }));
  const kernelRegularizer = tf.regularizers.l2({ l2: 0.01 });
  model.add(tf.layers.dense({ units: 3, activation: 'softmax', kernelRegularizer, name: 'dense' }));
  return model;
}

describe('a network with dropout, penalties and batch normalisation trains as in tfjs', () => {
  it.each<[string, () => tf.Optimizer]>([
    ['sgd', () => tf.train.sgd(0.01)],
    ['momentum', () => tf.train.momentum(0.01, 0.9)],
    ['nesterov momentum', () => tf.train.momentum(0.01, 0.9, true)],
    ['rmsprop', () => tf.train.rmsprop(0.001, 0.9)],
    ['rmsprop with momentum', () => tf.train.rmsprop(0.001, 0.9, 0.5, 1e-4)],
    ['rmsprop, centered', () => tf.train.rmsprop(0.001, 0.9, 0, 1e-3, true)],
    ['adam', () => tf.train.adam(0.001)],
  ])('by %s', async (_, optimizer) => {
    const model = seedWeights(small()); // adam's first steps make much of a gradient that is nearly 0
    model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
    const { step } = await expectTrained(model, { batch: 4, range: [-1, 1], classes: true, tolerance: 1e-5 });
    expect(step.noise).toEqual([{ name: 'drop.uniform', shape: [4, 64], distribution: 'uniform' }]);
  });
});

describe.each(['LSTM', 'a transformer block'])('%s', (name) => {
  it('trains as in tfjs', { tags: 'long' }, async () => {
    const { build, range, loss } = ARCHITECTURES[name]!;
    const model = build();
    model.compile({ optimizer: tf.train.adam(0.001), loss });
    await expectTrained(model, { batch: 2, range, classes: loss !== 'meanSquaredError', tolerance: 1e-4 });
  });
});

describe('layers that draw take what they draw from inputs, and train as in tfjs', () => {
  // tfjs seeds what it draws with Math.random where a layer has no seed.
  beforeEach(() => vi.spyOn(Math, 'random').mockReturnValue(DROPOUT_SEED));
  afterEach(() => vi.restoreAllMocks());

  const trained = async (model: tf.LayersModel) => {
    seedWeights(model).compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const { step } = await expectTrained(model, { batch: 3, range: [-1, 1], classes: false, tolerance: 1e-5 });
    return step.noise.map(({ name, shape }) => [name, shape]);
  };

  it('noise of either kind, and alpha dropout', async () => {
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 5, inputShape: [4], activation: 'tanh' }));
    model.add(tf.layers.gaussianNoise({ stddev: 0.3, name: 'noise' }));
    model.add(tf.layers.gaussianDropout({ rate: 0.4, name: 'gauss' }));
    model.add(tf.layers.alphaDropout({ rate: 0.3, name: 'alpha' }));
    model.add(tf.layers.dense({ units: 2 }));
    expect(await trained(model)).toEqual([
      ['noise.normal', [3, 5]],
      ['gauss.normal', [3, 5]],
      ['alpha.uniform', [3, 5]],
    ]);
  });

  it('dropout of whole channels, and in recurrent layers', { tags: 'long' }, async () => {
    const model = tf.sequential();
    model.add(tf.layers.spatialDropout1d({ rate: 0.3, inputShape: [6, 4], name: 'channels' }));
    model.add(tf.layers.lstm({ units: 3, dropout: 0.2, recurrentDropout: 0.4, returnSequences: true, name: 'lstm' }));
    model.add(tf.layers.gru({ units: 3, dropout: 0.2, name: 'gru' }));
    const noise = await trained(model);
    expect(noise).toHaveLength(1 + 4 + 4 + 3);
    expect(noise[0]).toEqual(['channels.uniform', [3, 1, 4]]);
    expect(new Set(noise.map(([name]) => name)).size).toBe(noise.length);
  });
});

describe('a traced training step', () => {
  const compiled = (optimizer: tf.Optimizer = tf.train.adam(0.01), loss = 'categoricalCrossentropy') => {
    const model = small();
    model.compile({ optimizer, loss });
    return model;
  };

  it('has the names of the model, of its weights and of what the optimiser keeps', () => {
    const { graph, inputs, targets, state, learningRate } = traceTrainingStep(compiled(), { batch: 4 });
    expect(inputs).toEqual([{ name: 'conv_input', shape: [4, 6, 6, 2], dtype: 'float32' }]);
    expect(targets).toEqual([{ name: 'target.dense', shape: [4, 3], dtype: 'float32' }]);
    const names = state.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['conv/kernel', 'bn/moving_mean', 'conv/kernel/m', 'conv/kernel/v', 'optimizer/beta1']),
    );
    expect(names).not.toContain('bn/moving_mean/m');
    expect(graph.outputs.map(({ name }) => name)).toEqual(['loss', ...names.map((name) => `next.${name}`)]);
    expect(learningRate).toBe(0.01);
  });

  it('leaves the model, its weights and tfjs as they were', () => {
    const model = compiled();
    const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
    const before = tf.memory();
    traceTrainingStep(model, { batch: 4 });
    expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(weights);
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
    expect(Object.hasOwn(model.layers[3]!, 'call')).toBe(false);
  });

  it('goes on from what the optimiser has kept', async () => {
    const model = compiled();
    await model.trainOnBatch(tf.ones([4, 6, 6, 2]), tf.oneHot([0, 1, 2, 0], 3).toFloat());
    const kept = new Map(traceTrainingStep(model, { batch: 4 }).state.map(({ name, initial }) => [name, initial]));
    expect(kept.get('optimizer/beta1')![0]).toBeCloseTo(0.81, 6);
    expect(kept.get('dense/bias/v')!.some((value) => value > 0)).toBe(true);
  });

  it('gives gradients beside the update, or alone', () => {
    const names = (options: object) =>
      traceTrainingStep(compiled(), { batch: 4, ...options }).graph.outputs.map(({ name }) => name);
    expect(names({ gradients: true })).toEqual(expect.arrayContaining(['next.conv/kernel/m', 'gradient.conv/kernel']));
    const alone = names({ optimizer: false });
    expect(alone).toEqual(expect.arrayContaining(['loss', 'gradient.conv/kernel', 'next.bn/moving_mean']));
    expect(alone).not.toContain('next.conv/kernel/m');
  });

  it('takes one number for a class where the loss does', () => {
    const { targets } = traceTrainingStep(compiled(tf.train.sgd(0.1), 'sparseCategoricalCrossentropy'), { batch: 4 });
    expect(targets).toEqual([{ name: 'target.dense', shape: [4, 1], dtype: 'float32' }]);
  });

  it('is refused for a model that is not compiled, and for another optimiser', () => {
    expect(() => traceTrainingStep(small(), { batch: 4 })).toThrow(
      'Cannot trace a training step: the model must be compiled with an optimizer and a loss, received one that is not.',
    );
    expect(() => traceTrainingStep(compiled(tf.train.adagrad(0.1)), { batch: 4 })).toThrow(
      /the optimizer must be one of SGD, Momentum, RMSProp, Adam, received Adagrad; leave it out of the graph with optimizer: false/,
    );
  });
});
