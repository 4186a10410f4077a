/**
 * Trains feature networks: the classifier by cross-entropy; the denoising autoencoder by the squared error of the clean
 * image that it makes of a noisy one, and of the noise level that its features tell.
 */
import { InputError } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { initParameters } from '../../model/parameters.ts';
import type { StepTensor } from '../../train/contracts.ts';
import { addNoise, createBatches } from './batches.ts';
import { fitWeights } from './fit.ts';
import { createAutoencoder, createClassifier } from './network.ts';
import { seenShape } from './shape.ts';
import type { TrainingSource } from './source.ts';
import { createPlainStep, crossEntropy } from './step.ts';

/** Changes whenever the same images would give another network: part of the cache's key. */
export const RECIPE_VERSION = 1;

/** Deviation of the noise in the images, whose values go from -1 to 1: what a classifier has to bear. */
const CLASSIFIER_NOISE = 0.1;
/** The same, at most, for the autoencoder to take away. */
export const AUTOENCODER_NOISE = 0.5;
/** Weight of the noise level's error. */
const LEVEL_WEIGHT = 0.1;

const ADAM = { optimizer: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.05 } as const;
const LEARNING_RATE = 0.002;

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
  return train(source, network, options, {
    inputs: [imagesInput(source, batch), { name: 'targets', shape: [batch, classCount], dtype: 'float32' }],
    loss: (weights, { images, targets }) =>
      crossEntropy(network.forward(weights, images as tf.Tensor4D, true).logits, targets!),
    async batch(number) {
      const { images, places } = await draw(number);
      addNoise(images, batch, number, CLASSIFIER_NOISE, options.seed);
      const targets = new Float32Array(batch * classCount);
      for (const [i, place] of places.entries()) targets[i * classCount + labels[place]!] = 1;
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
  const input = imagesInput(source, batch);
  return train(source, network, options, {
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
      const levels = addNoise(images, batch, number, AUTOENCODER_NOISE, options.seed);
      return { images, clean, levels };
    },
  });
}

function imagesInput({ shape }: TrainingSource, batch: number): StepTensor {
  return { name: 'images', shape: [batch, ...seenShape(shape).input], dtype: 'float32' };
}

function train(
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
    learningRate: LEARNING_RATE,
    batch,
    onStep: onProgress && ((done, loss) => onProgress({ done, steps, loss })),
    signal,
  });
}
