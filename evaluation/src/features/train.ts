/**
 * Trains feature networks: the classifier by cross-entropy; the denoising autoencoder by the squared error of the clean
 * image that it makes of a noisy one, and of the noise level that its features tell; the regressor by the distance from the
 * numbers, rounded off near 0.
 */
import { InputError } from '@onnoise/scheduler/rules';
import { initParameters } from '@onnoise/training/model';
import type { StepTensor } from '@onnoise/training/step';
import * as tf from '@tensorflow/tfjs';
import { createBatches, createNoise } from './batches.ts';
import { fitWeights } from './fit.ts';
import { createAutoencoder, createClassifier, createRegressor } from './network.ts';
import { seenShape } from './shape.ts';
import type { TrainingSource } from './source.ts';
import { createPlainStep, crossEntropy } from './step.ts';

/** Changes whenever the same images would give another network: part of the cache's key. */
export const RECIPE_VERSION = 2;

/** Deviation of the noise in the images, whose values go from -1 to 1: what a classifier has to bear. */
const CLASSIFIER_NOISE = 0.1;
/** Less, for numbers stand in small things: an age in bones of a pixel. */
const REGRESSOR_NOISE = 0.04;
/** The same, at most, for the autoencoder to take away. */
export const AUTOENCODER_NOISE = 0.5;
/**
 * Weight of the noise level's error. On digits 1 tells blur and noise from held-out images better than 0.1 and 0 do, and
 * other classes as well.
 */
const LEVEL_WEIGHT = 1;

const ADAM = { optimizer: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.05 } as const;
const LR = 0.002;

/** How long a network trains: about `epochs` times all images, within these numbers of steps. */
export interface TrainingLength {
  batch: number;
  epochs: number;
  least: number;
  most: number;
}

export const USUAL_LENGTH: TrainingLength = { batch: 100, epochs: 20, least: 300, most: 2000 };

export const stepsOf = (count: number, { batch, epochs, least, most }: TrainingLength): number =>
  Math.min(Math.max(Math.ceil((epochs * count) / batch), least), most);

export interface TrainingProgress {
  /** Steps done, of `steps`. */
  done: number;
  steps: number;
  loss: number;
}

export interface TrainOptions {
  seed: number;
  length?: TrainingLength | undefined;
  onProgress?: ((progress: TrainingProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * @param source labelled images
 * @returns the parameters of `createClassifier(source.shape, classCount)`
 * @throws InputError for labels that are no classes, and when training diverges; the signal's reason when aborted.
 */
export async function trainClassifier(
  source: TrainingSource,
  classCount: number,
  options: TrainOptions,
): Promise<Map<string, Float32Array>> {
  const { labels } = source;
  if (!labels) throw new Error('a classifier needs labels');
  const odd = labels.find((label) => !(label >= 0 && label < classCount));
  if (odd !== undefined) {
    throw new InputError(
      `Cannot train a classifier: labels must be from 0 to ${classCount - 1}, one of ${classCount} classes, received ${odd}.`,
    );
  }
  const network = createClassifier(source.shape, classCount);
  const { batch } = options.length ?? USUAL_LENGTH;
  const draw = createBatches(source, batch, options.seed);
  const addNoise = createNoise(batch, CLASSIFIER_NOISE, options.seed);
  return trainNetwork(source, network, options, {
    inputs: [imagesInput(source, batch), { name: 'targets', shape: [batch, classCount], dtype: 'float32' }],
    loss: (weights, { images, targets }) =>
      crossEntropy(network.forward(weights, images as tf.Tensor4D, true).logits, targets!),
    async batch(number) {
      const { images, places } = await draw(number);
      addNoise(images, number);
      const targets = new Float32Array(batch * classCount);
      for (const [i, place] of places.entries()) targets[i * classCount + labels[place]!] = 1;
      return { images, targets };
    },
  });
}

/** Deviations of a number below which the regressor's loss is a square. */
const NEAR = 0.1;

/**
 * @param source images with numbers, K for each
 * @param scales of the numbers, [K]: the network gives (number - mean) / std
 * @returns the parameters of `createRegressor(source.shape, K)`
 * @throws InputError when training diverges; the signal's reason when aborted.
 */
export async function trainRegressor(
  source: TrainingSource,
  scales: readonly { mean: number; std: number }[],
  options: TrainOptions,
): Promise<Map<string, Float32Array>> {
  const { conditions } = source;
  if (!conditions) throw new Error('a regressor needs numbers');
  const width = scales.length;
  const network = createRegressor(source.shape, width);
  const { batch } = options.length ?? USUAL_LENGTH;
  const draw = createBatches(source, batch, options.seed);
  const addNoise = createNoise(batch, REGRESSOR_NOISE, options.seed);
  return trainNetwork(source, network, options, {
    inputs: [imagesInput(source, batch), { name: 'targets', shape: [batch, width], dtype: 'float32' }],
    loss(weights, { images, targets }) {
      const off = tf.sub(network.forward(weights, images as tf.Tensor4D, true), targets!);
      return tf.mean(tf.sub(tf.sqrt(tf.add(tf.mul(off, off), NEAR * NEAR)), NEAR));
    },
    async batch(number) {
      const { images, places } = await draw(number);
      addNoise(images, number);
      const targets = Float32Array.from({ length: batch * width }, (_, i) => {
        const { mean, std } = scales[i % width]!;
        return (conditions[places[Math.floor(i / width)]! * width + (i % width)]! - mean) / std;
      });
      return { images, targets };
    },
  });
}

/** @returns the parameters of `createAutoencoder(source.shape)` @throws as `trainClassifier` */
export async function trainAutoencoder(
  source: TrainingSource,
  options: TrainOptions,
): Promise<Map<string, Float32Array>> {
  const network = createAutoencoder(source.shape);
  const { batch } = options.length ?? USUAL_LENGTH;
  const draw = createBatches(source, batch, options.seed);
  const addNoise = createNoise(batch, AUTOENCODER_NOISE, options.seed);
  const input = imagesInput(source, batch);
  return trainNetwork(source, network, options, {
    inputs: [input, { ...input, name: 'clean' }, { name: 'levels', shape: [batch, 1], dtype: 'float32' }],
    loss(weights, { images, clean, levels }) {
      const features = network.encode(weights, images as tf.Tensor4D, true);
      const made = network.decode(weights, features, true);
      const wrong = tf.mean(tf.squaredDifference(made.images, clean!));
      const off = tf.mean(tf.squaredDifference(made.level, levels!));
      return tf.add(wrong, tf.mul(off, LEVEL_WEIGHT));
    },
    async batch(number) {
      const { images } = await draw(number);
      const clean = images.slice();
      const levels = addNoise(images, number);
      return { images, clean, levels };
    },
  });
}

export function imagesInput({ shape }: TrainingSource, batch: number): StepTensor {
  return { name: 'images', shape: [batch, ...seenShape(shape).input], dtype: 'float32' };
}

/** Trains any of the networks, for as long as the source is large. */
export function trainNetwork(
  { count }: TrainingSource,
  network: Pick<ReturnType<typeof createClassifier>, 'parameters'>,
  { seed, length = USUAL_LENGTH, onProgress, signal }: TrainOptions,
  {
    inputs,
    loss,
    batch,
  }: Pick<Parameters<typeof createPlainStep>[0], 'inputs' | 'loss'> & Pick<Parameters<typeof fitWeights>[0], 'batch'>,
): Promise<Map<string, Float32Array>> {
  const steps = stepsOf(count, length);
  return fitWeights({
    step: createPlainStep({ parameters: network.parameters, inputs, loss, adam: ADAM }),
    parameters: initParameters(network, seed),
    steps,
    lr: LR,
    batch,
    onStep: onProgress && ((done, loss) => onProgress({ done, steps, loss })),
    signal,
  });
}
