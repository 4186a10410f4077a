/**
 * The tiny network of the chapter on learning, in tfjs operators: its guess, and one step of training with Adam. State
 * is three vectors: the weights and Adam's two moments.
 */
import * as tf from '@tensorflow/tfjs';
import { ADAM, BATCH, FEATURES, LAYERS, SIZE } from '#site/views/learn/learning/setup.ts';
import type { TensorSpec, Tensors } from '../../tracer/src/index.ts';

/** @param weights [SIZE] @param features [N, FEATURES] @returns the guessed noise, [N, 2] */
function guess(weights: tf.Tensor1D, features: tf.Tensor2D): tf.Tensor2D {
  let at = 0;
  const take = (count: number) => {
    const part = tf.slice1d(weights, at, count);
    at += count;
    return part;
  };
  return LAYERS.reduce((x, { from, to }, i) => {
    const weight = tf.reshape(take(from * to), [from, to]) as tf.Tensor2D;
    const bias = tf.reshape(take(to), [1, to]);
    const y = tf.add(tf.matMul(x, weight), bias) as tf.Tensor2D;
    return i === LAYERS.length - 1 ? y : (tf.mul(y, tf.sigmoid(y)) as tf.Tensor2D);
  }, features);
}

const spec = (name: string, ...shape: number[]): TensorSpec => ({ name, shape, dtype: 'float32' });

export const GUESS_INPUTS = [spec('weights', SIZE), spec('features', BATCH, FEATURES)];

export const cloudGuess = ({ weights, features }: Tensors): Tensors => ({
  noise: guess(weights as tf.Tensor1D, features as tf.Tensor2D),
});

export const STEP_INPUTS = [
  spec('weights', SIZE),
  spec('moment1', SIZE),
  spec('moment2', SIZE),
  spec('features', BATCH, FEATURES),
  spec('epsilon', BATCH, 2),
  spec('rate', 1),
];

/** One line of algorithm 1. `rate` is the learning rate with Adam's correction for the first steps. */
export function cloudStep({ weights, moment1, moment2, features, epsilon, rate }: Tensors): Tensors {
  const loss = (at: tf.Tensor) => {
    const noise = guess(at as tf.Tensor1D, features as tf.Tensor2D);
    return tf.mean(tf.square(tf.sub(noise, epsilon!))) as tf.Scalar;
  };
  const { value, grad } = tf.valueAndGrad(loss)(weights!);
  const { beta1, beta2, epsilon: small } = ADAM;
  const m = tf.add(tf.mul(moment1!, beta1), tf.mul(grad, 1 - beta1));
  const v = tf.add(tf.mul(moment2!, beta2), tf.mul(tf.square(grad), 1 - beta2));
  const move = tf.mul(rate!, tf.div(m, tf.add(tf.sqrt(v), small)));
  return {
    next_weights: tf.sub(weights!, move),
    next_moment1: m,
    next_moment2: v,
    loss: tf.reshape(value, [1]),
  };
}
