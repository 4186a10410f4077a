/** What the published architectures are built of. Weights are seeded: equal in every run. */
import * as tf from '@tensorflow/tfjs';
import { uniforms } from '../models/traced.ts';

export type Symbolic = tf.SymbolicTensor;

/** A layer on a value. */
export const on = (layer: tf.layers.Layer, ...inputs: Symbolic[]): Symbolic =>
  layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Symbolic;

/**
 * Gives all weights seeded values, of the size that keeps values within a few units through deep networks: those of filters
 * and matrices are uniform within He's bound, gains and variances within 0.5 to 1.5, the rest within 0.1.
 */
export function seedWeights(model: tf.LayersModel, seed = 1): tf.LayersModel {
  const next = uniforms(seed);
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const size = shape.reduce((product, side) => product * side, 1);
    const depthwise = /depthwise/.test(weight.originalName);
    const fanIn = depthwise ? shape[0]! * shape[1]! : size / shape.at(-1)!;
    const around = /gamma|variance/.test(weight.originalName) ? 1 : 0;
    const bound = around === 1 ? 0.5 : shape.length > 1 ? Math.sqrt(6 / fanIn) : 0.1;
    const data = Float32Array.from({ length: size }, () => around + bound * (2 * next() - 1));
    const values = tf.tensor(data, shape);
    weight.write(values);
    values.dispose();
  }
  return model;
}
