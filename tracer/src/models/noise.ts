/**
 * Layers that draw random numbers in training take them from inputs instead: what a graph computes must follow from its
 * inputs. The layers compute with them what they compute with their own.
 */
import * as tf from '@tensorflow/tfjs';
import { type Call, type Layer, layersOf, type Replacement } from './layer-parts.ts';

export interface NoiseInput {
  /** The layer's name, and how the numbers are to be drawn: `dropout_1.uniform`. */
  name: string;
  shape: readonly number[];
  /** uniform: from 0 to 1, without 1. normal: of mean 0 and deviation 1. */
  distribution: 'uniform' | 'normal';
}

/** Gives the numbers that a layer asks for. */
export type Draw = (layer: Layer, distribution: NoiseInput['distribution'], shape: readonly number[]) => tf.Tensor;

interface Noisy {
  rate: number;
  stddev: number;
  getNoiseShape(input: tf.Tensor): number[] | undefined;
  _getNoiseShape(input: tf.Tensor): number[];
}

type Noise = (x: tf.Tensor, layer: Layer & Noisy, draw: Draw) => tf.Tensor;

/** tfjs' dropout: what is kept grows, so that the mean stays. */
function dropped(x: tf.Tensor, rate: number, uniform: tf.Tensor): tf.Tensor {
  const keep = 1 - rate;
  return tf.mul(x, tf.div(tf.floor(tf.add(uniform, keep)), keep));
}

const dropout: Noise = (x, layer, draw) => {
  const given = layer.getNoiseShape(x);
  return dropped(x, layer.rate, draw(layer, 'uniform', given ?? x.shape));
};

/** By class, what a layer does to a value in training. */
const NOISES: Readonly<Record<string, Noise>> = {
  Dropout: dropout,
  SpatialDropout1D: dropout,
  GaussianNoise: (x, layer, draw) => tf.add(tf.mul(draw(layer, 'normal', x.shape), layer.stddev), x),
  GaussianDropout: (x, layer, draw) => {
    const { rate } = layer;
    const deviation = Math.sqrt(rate / (1 - rate));
    return tf.mul(x, tf.add(tf.mul(draw(layer, 'normal', x.shape), deviation), 1));
  },
  AlphaDropout: (x, layer, draw) => {
    const { rate } = layer;
    const low = -1.6732632423543772 * 1.0507009873554805;
    const kept = tf.cast(tf.greaterEqual(draw(layer, 'uniform', layer._getNoiseShape(x)), rate), 'float32');
    const a = ((1 - rate) * (1 + rate * low ** 2)) ** -0.5;
    const b = -a * low * rate;
    const masked = tf.add(tf.mul(x, kept), tf.mul(tf.add(kept, -1), low));
    return tf.add(tf.mul(masked, a), b);
  },
};

/** Calls for the layers that draw, by layer; a rate of 0 or 1 does nothing, as in tfjs. */
export function noisyCalls(model: Layer, draw: Draw): Map<Layer, Call> {
  const calls = new Map<Layer, Call>();
  for (const layer of layersOf(model)) {
    const noise = NOISES[layer.getClassName()];
    const { rate } = layer as unknown as Noisy;
    if (!noise || (rate !== undefined && (rate <= 0 || rate >= 1))) continue;
    calls.set(layer, (inputs) => tf.tidy(() => noise([inputs].flat()[0]!, layer as Layer & Noisy, draw)));
  }
  return calls;
}

/** What draws the masks of recurrent cells, in place of tfjs' own dropout. */
export function noisyCells(model: Layer, draw: Draw): Replacement[] {
  return [...layersOf(model)]
    .filter((layer) => 'dropoutFunc' in layer)
    .map((cell) => ({
      of: cell,
      field: 'dropoutFunc',
      by: (x: tf.Tensor, rate: number) => dropped(x, rate, draw(cell, 'uniform', x.shape)),
    }));
}
