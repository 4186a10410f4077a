import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { ImageShape } from '#scheduler/model/index.ts';
import { expectClose } from '#test/compare.ts';
import { unpack, useCpu, wave, within } from '#test/models/model.ts';
import { encodeModel, trace } from '#tracer/index.ts';
import {
  type FeatureNetwork,
  type FeatureRange,
  featureLoss,
  featuresOf,
  fitFeatures,
  readFeatureFile,
} from '#training/features/index.ts';

interface Golden {
  range: FeatureRange;
  shape: [number, number, number, number];
  layers: { shape: number[]; values: string }[];
  loss: number;
  gradient: string;
}

/** Made by scripts/golden/autoencoders/perceptual.py. */
const fileOf = (name: string) => readFileSync(new URL(`../data/perceptual/${name}`, import.meta.url));
const cases: Record<string, Golden> = JSON.parse(fileOf('perceptual.json').toString());

useCpu();

/** The loss of two pictures, and its gradient with respect to the first. */
const lossOf = (network: FeatureNetwork, pictures: tf.Tensor4D, images: tf.Tensor4D) => {
  const { value, grads } = tf
    .engine()
    .gradients(() => featureLoss(network, pictures, images), [pictures], undefined, true);
  return { loss: value, gradient: grads[0]! };
};

describe.each(Object.entries(cases))('the feature loss agrees with PyTorch: %s', (name, golden) => {
  const { range, shape } = golden;
  const [, ...sides] = shape;
  const fitted = async () => {
    const file = await readFeatureFile(`${name}.onnx`, new Uint8Array(fileOf(`${name}.onnx`)));
    return fitFeatures(file, sides as ImageShape, range);
  };
  const tensor = (index: number, scale: number) => tf.tensor4d(wave(index, shape, scale), shape);
  const gradient = unpack(golden.gradient);

  it('on which layers there are, and their values', async () => {
    const { network, layers } = await fitted();
    expect(layers.map((layer) => layer.shape)).toEqual(golden.layers.map((layer) => layer.shape));
    for (const [i, layer] of featuresOf(network, tensor(900, 0.9)).entries()) {
      const expected = unpack(golden.layers[i]!.values);
      expectClose(layer.dataSync(), expected, within(1e-5, expected, `layer ${i}`));
    }
  });

  it('on the loss and its gradient with respect to a picture', async () => {
    const { network } = await fitted();
    const found = lossOf(network, tensor(900, 0.9), tensor(901, 0.8));
    expectClose(found.loss.dataSync(), [golden.loss], { absolute: 0, relative: 1e-5, what: 'loss' });
    expectClose(found.gradient.dataSync(), gradient, within(1e-4, gradient, 'gradient'));
  });

  it('on both as a graph on onnxruntime', async () => {
    const { network } = await fitted();
    const graph = trace(
      ({ pictures, images }) => ({ ...lossOf(network, pictures as tf.Tensor4D, images as tf.Tensor4D) }),
      ['pictures', 'images'].map((port) => ({ name: port, shape, dtype: 'float32' })),
    );
    const session = await ort.InferenceSession.create(encodeModel(graph));
    const found = await session.run({
      pictures: new ort.Tensor('float32', wave(900, shape, 0.9), shape),
      images: new ort.Tensor('float32', wave(901, shape, 0.8), shape),
    });
    await session.release();
    expectClose(found.loss!.data as Float32Array, [golden.loss], { absolute: 0, relative: 1e-5, what: 'loss' });
    expectClose(found.gradient!.data as Float32Array, gradient, within(1e-4, gradient, 'gradient'));
  });
});
