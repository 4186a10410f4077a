/**
 * The networks whose middle layer is the features: a classifier, and a denoising autoencoder for images without labels; and
 * a regressor, which reads numbers. All have the same encoder, three convolutions and a linear layer. Pure functions of
 * tfjs ops.
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import {
  conv2d,
  convTranspose2d,
  type Declare,
  declareInto,
  type Layer,
  linear,
  type ParameterSpec,
  type Parameters,
  type Pass,
  pixelwiseLinear,
} from '@onnoise/training/model';
import * as tf from '@tensorflow/tfjs';
import { type SeenShape, seenShape } from './shape.ts';

/** Numbers that describe an image. */
export const FEATURE_WIDTH = 64;

/** Channels of the last two levels. */
const WIDTHS = [32, 64] as const;

export interface Classifier {
  parameters: ParameterSpec[];
  /** Images [N, C, H, W] in [-1, 1] to features [N, 64] and logits [N, classes]. */
  forward(
    parameters: Parameters,
    images: tf.Tensor4D,
    training: boolean,
  ): { features: tf.Tensor2D; logits: tf.Tensor2D };
}

export interface Regressor {
  parameters: ParameterSpec[];
  /** Images [N, C, H, W] in [-1, 1] to numbers [N, K]. */
  forward(parameters: Parameters, images: tf.Tensor4D, training: boolean): tf.Tensor2D;
}

export interface Autoencoder {
  parameters: ParameterSpec[];
  /** Images [N, C, H, W] in [-1, 1] to features [N, 64]. */
  encode(parameters: Parameters, images: tf.Tensor4D, training: boolean): tf.Tensor2D;
  /** Features to images [N, C, H, W], and to the level of the noise that was seen [N, 1]. */
  decode(parameters: Parameters, features: tf.Tensor2D, training: boolean): { images: tf.Tensor4D; level: tf.Tensor2D };
}

/** @param shape of the data's images; the network takes `seenShape(shape).input` */
export function createClassifier(shape: ImageShape, classCount: number): Classifier {
  const { parameters, forward } = createHeaded(shape, 'classes', classCount);
  return {
    parameters,
    forward(given, images, training) {
      const { features, outputs } = forward({ parameters: given, training }, images);
      return { features, logits: outputs };
    },
  };
}

/** @param shape of the data's images; the network takes `seenShape(shape).input` @param count of the numbers */
export function createRegressor(shape: ImageShape, count: number): Regressor {
  const { parameters, forward } = createHeaded(shape, 'numbers', count);
  return {
    parameters,
    forward: (given, images, training) => forward({ parameters: given, training }, images).outputs,
  };
}

/** The encoder, and a linear layer on its features. */
function createHeaded(shape: ImageShape, head: string, width: number) {
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters);
  const encode = encoder(declare, seenShape(shape));
  const last = linear(declare.in(head), FEATURE_WIDTH, width);
  return {
    parameters,
    forward(pass: Pass, images: tf.Tensor4D) {
      const layer = encode(pass, images);
      const features: tf.Tensor2D = tf.mul(layer, tf.sigmoid(layer)); // SiLU: no feature dies
      return { features, outputs: last(pass, features) };
    },
  };
}

/** @param shape of the data's images; the network takes `seenShape(shape).input` */
export function createAutoencoder(shape: ImageShape): Autoencoder {
  const seen = seenShape(shape);
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters);
  const encode = encoder(declare, seen);
  const decode = decoder(declare, seen);
  const level = linear(declare.in('level'), FEATURE_WIDTH, 1);
  return {
    parameters,
    encode: (given, images, training) => encode({ parameters: given, training }, images),
    decode(given, features, training) {
      const pass: Pass = { parameters: given, training };
      return { images: decode(pass, features), level: level(pass, features) };
    },
  };
}

/** Channels of a patch on the first level. */
const stemWidth = ({ patch }: SeenShape) => (patch === 1 ? 16 : 32);

function encoder(declare: Declare, seen: SeenShape) {
  const { patch, rows, columns } = seen;
  const [channels] = seen.input;
  const stem = stemWidth(seen);
  const [middle, last] = WIDTHS;
  const layers: Layer[] = [
    patch === 1
      ? conv2d(declare.in('conv1'), channels, stem, { kernel: 3, padding: 1 })
      : pixelwiseLinear(declare.in('conv1'), channels * patch * patch, stem),
    conv2d(declare.in('conv2'), stem, middle, { kernel: 3, stride: 2, padding: 1 }),
    conv2d(declare.in('conv3'), middle, last, { kernel: 3, stride: 2, padding: 1 }),
  ];
  const hidden = linear(declare.in('hidden'), (last * rows * columns) / 16, FEATURE_WIDTH);
  return (pass: Pass, images: tf.Tensor4D): tf.Tensor2D => {
    let x = patchesOf(images, seen);
    for (const layer of layers) x = tf.relu(layer(pass, x));
    return hidden(pass, tf.reshape(x, [images.shape[0], -1]));
  };
}

/** Channels of the decoder: cheap, so that the features have to do the work. */
const DECODED = 32;

/** To half the resolution of the patches; the last layer makes 2 x 2 of them at once. */
function decoder(declare: Declare, seen: SeenShape) {
  const { rows, columns } = seen;
  const double = { ...seen, patch: 2 * seen.patch, rows: rows / 2, columns: columns / 2 };
  const [top, left] = [rows / 4, columns / 4];
  const spread = linear(declare.in('spread'), FEATURE_WIDTH, DECODED * top * left);
  const up = convTranspose2d(declare.in('up'), DECODED, DECODED);
  const out = pixelwiseLinear(declare.in('out'), DECODED, seen.input[0] * double.patch ** 2);
  return (pass: Pass, features: tf.Tensor2D): tf.Tensor4D => {
    const x: tf.Tensor4D = tf.reshape(tf.relu(spread(pass, features)), [features.shape[0], top, left, DECODED]);
    return imagesOf(out(pass, tf.relu(up(pass, x))), double);
  };
}

/** [N, C, H, W] to [N, rows, columns, C * patch^2], bordered with 0, the middle of the range. */
export function patchesOf(images: tf.Tensor4D, { input, patch, rows, columns }: SeenShape): tf.Tensor4D {
  const [channels, height, width] = input;
  const [below, right] = [rows * patch - height, columns * patch - width];
  const whole =
    below + right === 0
      ? images
      : tf.pad(images, [
          [0, 0],
          [0, 0],
          [0, below],
          [0, right],
        ]);
  if (patch === 1) return tf.transpose(whole, [0, 2, 3, 1]);
  const cut = tf.reshape(whole, [images.shape[0], channels, rows, patch, columns, patch]);
  return tf.reshape(tf.transpose(cut, [0, 2, 4, 1, 3, 5]), [images.shape[0], rows, columns, channels * patch * patch]);
}

/** The opposite of `patchesOf`, without the border. */
function imagesOf(patches: tf.Tensor4D, { input, patch, rows, columns }: SeenShape): tf.Tensor4D {
  const [channels, height, width] = input;
  const count = patches.shape[0];
  const apart = tf.reshape(patches, [count, rows, columns, channels, patch, patch]);
  const whole = tf.reshape(tf.transpose(apart, [0, 3, 1, 4, 2, 5]), [count, channels, rows * patch, columns * patch]);
  if (rows * patch === height && columns * patch === width) return whole as tf.Tensor4D;
  return tf.slice(whole as tf.Tensor4D, [0, 0, 0, 0], [count, channels, height, width]);
}
