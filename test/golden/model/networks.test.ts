import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamScalars } from '#scheduler/training/step-scalars.ts';
import { createModel } from '#training/model/index.ts';
import { adamUpdate, momentRates } from '#training/step/adam.ts';
import { expectClose } from '../../support/compare.ts';
import {
  differentiate,
  type NetworkGolden,
  tensorsOf,
  unpack,
  wave,
  waveParameters,
  within,
} from '../../support/models/model.ts';

/** Made by scripts/golden/model.py. */
const read = (name: string) => JSON.parse(readFileSync(new URL(`../data/model/${name}`, import.meta.url), 'utf8'));
const simple: NetworkGolden & { evaluated: string; buffers: Record<string, string>; adamLosses: number[] } =
  read('simple-unet.json');
const options: Record<string, NetworkGolden> = read('simple-unet-options.json');
const unets: Record<string, NetworkGolden> = read('unet2d.json');

const patches: NetworkGolden = read('patches.json');
const pictures: NetworkGolden = read('class-pictures.json');
const conditional: Record<string, NetworkGolden> = read('conditional.json');

const shapesOf = (config: unknown) =>
  Object.fromEntries(createModel(config).parameters.map(({ name, shape }) => [name, shape]));

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** In evaluation mode. */
function predict({ config, batch, labels }: NetworkGolden, timesteps: readonly number[]): Float32Array {
  const model = createModel(config);
  const shape = [batch, ...model.shape] as [number, number, number, number];
  const parameters = tensorsOf(model, waveParameters(model.parameters));
  const sample = tf.tensor4d(wave(900, shape, 1.2), shape);
  const output = model.forward(parameters, sample, tf.tensor1d([...timesteps], 'float32'), {
    training: false,
    ...(labels && { labels: tf.tensor1d(labels, 'int32') }),
  });
  return output.dataSync<'float32'>();
}

function expectBetween(golden: NetworkGolden) {
  const { timesteps, output } = golden.between;
  const expected = unpack(output);
  expectClose(predict(golden, timesteps), expected, within(1e-4, expected, 'output'));
}

function expectGolden(golden: NetworkGolden, actual: ReturnType<typeof differentiate>) {
  const expected = unpack(golden.output);
  expectClose(actual.output, expected, within(1e-4, expected, 'output'));
  expectClose([actual.loss], [golden.loss], { absolute: 0, relative: 1e-4, what: 'loss' });
  expect([...actual.gradients.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
  for (const [name, packed] of Object.entries(golden.gradients)) {
    const gradient = unpack(packed);
    // Softmax ignores what is common to all keys, so this gradient is 0 and only rounding is left.
    const floor = name.endsWith('to_k.bias') ? 1e-6 : undefined;
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
    const expected = unpack(simple.evaluated);
    expectClose(predict(simple, simple.timesteps), expected, within(1e-4, expected, 'output'));
  });

  it('agrees with PyTorch between whole timesteps', () => {
    expectBetween(simple);
  });

  it('follows ten losses of PyTorch under Adam and L1', () => {
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
      const scalars = {
        stepSize: tf.scalar(stepSize),
        epsilon: tf.scalar(epsilon),
        weightFactor: tf.scalar(weightFactor),
      };
      trained.forEach((name, i) => {
        const square = tf.square(grads[i]!);
        const rates = momentRates(options, undefined);
        const after = adamUpdate(
          options,
          scalars,
          rates,
          undefined,
          state[name]!,
          grads[i]!,
          square,
          moments.get(name)!,
        );
        state[name] = after.parameter;
        moments.set(name, { m: after.m, v: after.v });
      });
      return value.dataSync()[0]!;
    });
    expectClose(losses, simple.adamLosses, { absolute: 0, relative: 1e-4, what: 'losses' });
  });
});

describe('SimpleUnet with options', () => {
  for (const [name, golden] of Object.entries(options)) {
    it(`agrees with PyTorch on names, output, loss and every gradient with ${name}`, () => {
      expect(Object.entries(shapesOf(golden.config))).toEqual(Object.entries(golden.parameters));
      expectGolden(golden, differentiate(golden));
    });

    it(`agrees with PyTorch between whole timesteps with ${name}`, () => {
      expectBetween(golden);
    });
  }
});

describe('UNet2DModel', () => {
  for (const [name, golden] of Object.entries(unets)) {
    it(`agrees with diffusers on names, output, loss and every gradient ${name}`, () => {
      expect(Object.entries(shapesOf(golden.config))).toEqual(Object.entries(golden.parameters));
      expectGolden(golden, differentiate(golden));
    });

    it(`agrees with diffusers between whole timesteps ${name}`, () => {
      expectBetween(golden);
    });
  }
});

describe('pictures of the classes', () => {
  it('agree with PyTorch on names, output, loss and every gradient', () => {
    expect(Object.entries(shapesOf(pictures.config))).toEqual(Object.entries(pictures.parameters));
    expectGolden(pictures, differentiate(pictures));
    const expected = unpack(pictures.output);
    expectClose(predict(pictures, pictures.timesteps), expected, within(1e-4, expected, 'output'));
  });
});

describe('patches', () => {
  it('agree with PixelUnshuffle, diffusers and PixelShuffle on names, output, loss and every gradient', () => {
    expect(Object.entries(shapesOf(patches.config))).toEqual(Object.entries(patches.parameters));
    expectGolden(patches, differentiate(patches));
  });

  it('are joined by one operator in evaluation, with the same pixels', () => {
    const expected = unpack(patches.output);
    expectClose(predict(patches, patches.timesteps), expected, within(1e-4, expected, 'output'));
  });
});

describe('conditions', () => {
  for (const [name, golden] of Object.entries(conditional)) {
    it(`agree with PyTorch on names, output, loss and every gradient of a ${name}`, () => {
      expect(Object.entries(shapesOf(golden.config))).toEqual(Object.entries(golden.parameters));
      expectGolden(golden, differentiate(golden));
    });
  }
});
