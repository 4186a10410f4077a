import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { adamScalars } from '#scheduler/training/step-scalars.ts';
import { expectClose } from '#test/compare.ts';
import {
  differentiate,
  type NetworkGolden,
  predict,
  tensorsOf,
  unpack,
  useCpu,
  wave,
  waveParameters,
  within,
} from '#test/models/model.ts';
import { createModel } from '#training/model/index.ts';
import { adamUpdate, momentRates } from '#training/optimizer/adam.ts';
import { readPreset } from '#training/settings/presets.ts';

/** Made by scripts/golden/model.py. */
const read = (name: string) => JSON.parse(readFileSync(new URL(`../data/model/${name}`, import.meta.url), 'utf8'));
const simple: NetworkGolden & { evaluated: string; buffers: Record<string, string>; adamLosses: number[] } =
  read('simple-unet.json');
const options: Record<string, NetworkGolden> = read('simple-unet-options.json');
const unets: Record<string, NetworkGolden> = read('unet2d.json');

const patches: NetworkGolden = read('patches.json');
const pictures: NetworkGolden = read('class-pictures.json');
const conditional: Record<string, NetworkGolden> = read('conditional.json');
const told: Record<string, NetworkGolden> = read('told.json');

const shapesOf = (config: unknown) =>
  Object.fromEntries(createModel(config).parameters.map(({ name, shape }) => [name, shape]));

useCpu();

function expectEvaluated({ config, batch, labels }: NetworkGolden, timesteps: readonly number[], output: string) {
  const model = createModel(config);
  const expected = unpack(output);
  const predicted = predict(model, waveParameters(model.parameters), batch, timesteps, labels);
  expectClose(predicted, expected, within(1e-4, expected, 'output'));
}

function expectGolden(golden: NetworkGolden, actual: ReturnType<typeof differentiate>) {
  const expected = unpack(golden.output);
  expectClose(actual.output, expected, within(1e-4, expected, 'output'));
  expectClose([actual.loss], [golden.loss], { absolute: 0, relative: 1e-4, what: 'loss' });
  expect([...actual.gradients.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
  for (const [name, packed] of Object.entries(golden.gradients)) {
    const gradient = unpack(packed);
    // Softmax ignores what is common to all keys, and normalisation of single channels what is added to one, so these gradients
    // are 0 and only rounding is left.
    const floor = /(to_k\.bias|time_emb_proj\.\w+)$/.test(name) ? 1e-6 : undefined;
    expectClose(actual.gradients.get(name)!, gradient, within(1e-4, gradient, `gradient of ${name}`, floor));
  }
}

describe('SimpleUnet', () => {
  it("has the names, shapes and order of PyTorch's state dict", () => {
    expect(Object.entries(shapesOf(simple.config))).toEqual(Object.entries(simple.parameters));
  });

  it('agrees with PyTorch on output, loss, every gradient and running statistics in training', () => {
    const actual = differentiate(simple);
    expectGolden(simple, actual);
    expect([...actual.buffers.keys()].sort()).toEqual(Object.keys(simple.buffers).sort());
    for (const [name, packed] of Object.entries(simple.buffers)) {
      expectClose(actual.buffers.get(name)!, unpack(packed), { absolute: 1e-6, relative: 1e-5, what: name });
    }
  });

  it('agrees with PyTorch in evaluation, on running statistics', () => {
    expectEvaluated(simple, simple.timesteps, simple.evaluated);
  });

  it('agrees with PyTorch between whole timesteps', () => {
    expectEvaluated(simple, simple.between.timesteps, simple.between.output);
  });

  it('follows ten losses of PyTorch under Adam and L1', { tags: 'long' }, () => {
    const model = createModel(simple.config);
    const shape = [simple.batch, ...model.shape] as [number, number, number, number];
    const options = { optimizer: 'adam', betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;
    const state = tensorsOf(model, waveParameters(model.parameters));
    const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
    const moments = new Map(
      trained.map((name) => [name, { m: tf.zerosLike(state[name]!), v: tf.zerosLike(state[name]!) }]),
    );
    const losses = simple.adamLosses.map((_, step) => {
      const sample = tf.tensor4d(wave(1000 + step, shape, 1.2), shape);
      const noise = tf.tensor4d(wave(2000 + step, shape, 1), shape);
      const timestep = tf.tensor1d(
        [0, 1, 2].map((n) => (37 * step + 101 * n) % 300),
        'float32',
      );
      const loss = () =>
        tf.mean(tf.abs(tf.sub(model.forward(state, sample, timestep, { training: true }), noise))) as tf.Scalar;
      const { value, grads } = tf.engine().gradients(
        loss,
        trained.map((name) => state[name]!),
      );
      const { stepSize, epsilon, weightFactor } = adamScalars(options, step + 1, 0.002);
      const [s, e, w] = [tf.scalar(stepSize), tf.scalar(epsilon), tf.scalar(weightFactor)];
      const scalars = { stepSize: s, epsilon: e, weightFactor: w };
      trained.forEach((name, i) => {
        const square = tf.square(grads[i]!);
        const rates = momentRates(options, undefined);
        const [before, grad, moment] = [state[name]!, grads[i]!, moments.get(name)!];
        const after = adamUpdate(options, scalars, rates, undefined, before, grad, square, moment);
        state[name] = after.parameter;
        moments.set(name, { m: after.m, v: after.v });
      });
      return value.dataSync()[0]!;
    });
    expectClose(losses, simple.adamLosses, { absolute: 0, relative: 1e-4, what: 'losses' });
  });
});

describe.each([
  ['SimpleUnet', options],
  ['UNet2DModel', unets],
  ['conditions of a', conditional],
  ['what a network is told as a picture,', told],
  ['pictures of the classes,', { pictures }],
  ['patches, by PixelUnshuffle, diffusers and PixelShuffle,', { patches }],
])('%s', (_, cases) => {
  it.each(Object.entries(cases))('agree on names, output, loss and every gradient: %s', (_, golden) => {
    expect(Object.entries(shapesOf(golden.config))).toEqual(Object.entries(golden.parameters));
    expectGolden(golden, differentiate(golden));
  });
});

it.each(Object.entries({ ...options, ...unets }))('agrees between whole timesteps: %s', (_, golden) => {
  expectEvaluated(golden, golden.between.timesteps, golden.between.output);
});

it.each([
  ['pictures of the classes', pictures],
  ['a mask beside them', told['a mask, patches and pictures of the classes']!],
  ['patches, which one operator joins in evaluation', patches],
])('agrees in evaluation: %s', (_, golden) => {
  expectEvaluated(golden, golden.timesteps, golden.output);
});

describe('the preset base', () => {
  it("has the names and shapes of diffusers' network for CIFAR-10", async () => {
    const { model } = (await readPreset('base')).config;
    expect(shapesOf({ ...model, sample_size: 32 })).toEqual(read('base-shapes.json'));
  });
});
