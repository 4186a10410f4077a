/**
 * A reader: small heads on feature maps of a network that stays as it is and is told nothing, which say what class a picture shows, and
 * what numbers.
 *
 * Source: Odena et al., "Conditional Image Synthesis with Auxiliary Classifier GANs" (arXiv 1610.09585), section 3.
 */
import * as tf from '@tensorflow/tfjs';
import { type Declare, declareInto, type Pass } from '../layers/declare.ts';
import { linear } from '../layers/layers.ts';
import type { ParameterSpec, Parameters } from '../layers/types.ts';
import type { Judged, Told } from './discriminator.ts';
import { looking } from './looking.ts';

/** Channels of a head. */
const WIDTH = 48;
/** Errors of numbers that are larger count as they are, smaller ones squared: pseudo-Huber, where all values are about 1. */
const BEND = 0.1;

export interface Reader {
  /** None of a network that is told neither class nor numbers, or has never been told nothing. */
  parameters: ParameterSpec[];
  /**
   * @param maps feature maps [N, H, W, width] of pictures
   * @returns how far what is read is from what was asked, [N]: the cross-entropy of the class, and the errors of the numbers. What
   *   was not asked counts nothing.
   */
  misread(parameters: Parameters, maps: readonly tf.Tensor4D[], asked: Told): tf.Tensor1D;
}

export function createReader({ featureWidths = [], classCount, nullCondition, conditions = [] }: Judged): Reader {
  const [classes, numbers] = nullCondition ? [classCount ?? 0, conditions.length] : [0, 0];
  const widths = classes + numbers > 0 ? featureWidths : [];
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters).in('heads');
  const heads = widths.map((width, i) => head(declare.in(`${i}`), width, classes + numbers));
  return {
    parameters,
    misread(values, maps, { labels, conditions }) {
      const pass = { parameters: values, training: true };
      const read = maps.map((map, i) => heads[i]!(pass, map)).reduce((sum, one) => tf.add(sum, one)); // [N, classes + numbers]
      const count = read.shape[0];
      const errors: tf.Tensor1D[] = [];
      if (classes > 0) errors.push(crossEntropy(tf.slice(read, [0, 0], [count, classes]), labels!));
      for (let k = 0; k < numbers; k++) {
        const error = tf.sub(column(read, classes + k), column(conditions!, k));
        const bent = tf.sub(tf.sqrt(tf.add(tf.square(error), BEND ** 2)), BEND);
        errors.push(tf.mul(column(conditions!, numbers + k), bent));
      }
      return errors.reduce((sum, error) => tf.add(sum, error));
    },
  };
}

/** A feature map to what it says, [N, count]. */
function head(declare: Declare, width: number, count: number): (pass: Pass, x: tf.Tensor4D) => tf.Tensor2D {
  const look = looking(declare, width, WIDTH);
  const out = linear(declare.in('out'), WIDTH, count);
  return (pass, x) => out(pass, look(pass, x));
}

/** Of [N, classes] with [N] labels; 0 for the class that stands for none. */
function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const [count, classes] = logits.shape;
  const numbers = tf.reshape(tf.range(0, classes, 1, 'int32'), [1, classes]);
  const hot = tf.cast(tf.equal(tf.reshape(labels, [count, 1]), numbers), 'float32');
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const asked = tf.sum(tf.mul(hot, shifted), 1);
  const error = tf.sub(tf.log(tf.sum(tf.exp(shifted), 1)), asked);
  return tf.mul(tf.sum(hot, 1), error);
}

const column = (of: tf.Tensor2D, place: number): tf.Tensor1D =>
  tf.reshape(tf.slice(of, [0, place], [of.shape[0], 1]), [of.shape[0]]);
