/**
 * GroupNorm and BatchNorm on NHWC feature maps, and SiLU, with gradients written out.
 *
 * The gradients are the usual closed forms. They need about half as many passes over the feature maps as
 * differentiating the forward operations, and these passes dominate the cost of such layers.
 *
 * Source: Wu & He, "Group Normalization" (arXiv 1803.08494); Ioffe & Szegedy, "Batch Normalization" (arXiv 1502.03167).
 */
import * as tf from '@tensorflow/tfjs';
import { type Declare, type Layer, type Pass, use } from './declare.ts';

type Save = (tensors: tf.Tensor[]) => void;

const BATCH_EPSILON = 1e-5;
const BATCH_MOMENTUM = 0.1;

interface Standardise {
  /** Axes of x over which mean and variance are taken. */
  over: number[];
  epsilon: number;
  /** Gets the statistics, x's shape with 1 at `over`; the variance is the biased one. */
  onMoments?: (mean: tf.Tensor, variance: tf.Tensor) => void;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + shift. Two-pass variance: the mean of squared differences.
 *
 * With d = x - mean, r = 1 / sqrt(variance + epsilon), s = scale r and E the mean over `over`:
 * dx = s dy - r E(scale dy) - d r^3 E(scale dy d).
 *
 * @param scale, shift shapes of x's rank, 1 where they broadcast; at least along the axes of height and width.
 */
function standardise(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, options: Standardise): tf.Tensor {
  const { over, epsilon, onMoments } = options;
  const count = over.reduce((product, axis) => product * x.shape[axis]!, 1);
  const run = tf.customGrad((...inputs: (tf.Tensor | Save)[]) => {
    const [x, scale, shift, save] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, Save];
    const mean = tf.mean(x, over, true);
    const d = tf.sub(x, mean);
    const variance = tf.mean(tf.mul(d, d), over, true);
    const r = tf.rsqrt(tf.add(variance, epsilon));
    onMoments?.(mean, variance);
    save([d, r, scale]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [d, r, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      const sumDy = tf.sum(dy, [1, 2], true); // per sample and channel: everything below is small
      const sumDyD = tf.sum(tf.mul(dy, d), [1, 2], true);
      // Groups have nothing left to add over height and width, but with them onnxruntime sums over the last axes: its fast way.
      const rest = over.includes(0) ? [0] : over;
      const minusAverage = (sums: tf.Tensor) => tf.mul(tf.sum(tf.mul(scale, sums), rest, true), -1 / count);
      const constant = tf.mul(r, minusAverage(sumDy));
      const slope = tf.mul(tf.mul(r, tf.mul(r, r)), minusAverage(sumDyD));
      // What belongs to a channel side by side: a pass makes one operator of a product and a sum.
      const dx = tf.add(tf.add(tf.mul(dy, tf.mul(scale, r)), constant), tf.mul(d, slope));
      return [dx, sumTo(tf.mul(sumDyD, r), scale.shape), sumTo(sumDy, shift.shape)];
    };
    return { value: tf.add(tf.mul(d, tf.mul(r, scale)), shift), gradFunc };
  });
  return run(x, scale, shift);
}

const total = (x: tf.Tensor, axes: number[]): tf.Tensor => (axes.length ? tf.sum(x, axes, true) : x);

/** Sums over the axes that a tensor of `shape` is broadcast along. */
const sumTo = (x: tf.Tensor, shape: readonly number[]): tf.Tensor =>
  total(
    x,
    shape.flatMap((size, axis) => (size === 1 && x.shape[axis] !== 1 ? [axis] : [])),
  );

/** PyTorch's `GroupNorm(groups, channels)`. */
export function groupNorm(declare: Declare, channels: number, groups: number, epsilon: number): Layer {
  const weight = declare('weight', [channels], { kind: 'ones' });
  const bias = declare('bias', [channels], { kind: 'zeros' });
  return (pass, x) => {
    const [n, h, w] = x.shape;
    const perGroup = [1, 1, 1, groups, channels / groups];
    const grouped = tf.reshape(x, [n, h, w, groups, channels / groups]);
    const scale = tf.reshape(use(pass, weight), perGroup);
    const shift = tf.reshape(use(pass, bias), perGroup);
    return tf.reshape(standardise(grouped, scale, shift, { over: [1, 2, 4], epsilon }), [n, h, w, channels]);
  };
}

/** Normalises x [N, H, W, C] and adds each sample's `offset` [N, C], if given. */
export type BatchNorm = (pass: Pass, x: tf.Tensor4D, offset?: tf.Tensor2D) => tf.Tensor4D;

/**
 * PyTorch's `BatchNorm2d(channels)`, without its count of batches.
 *
 * In training it uses the batch's statistics and reports the new running ones (momentum 0.1, unbiased variance) through
 * `onBuffer`; otherwise it is one multiplication and one addition of per-channel vectors made from the running ones.
 */
export function batchNorm(declare: Declare, channels: number): BatchNorm {
  const weight = declare('weight', [channels], { kind: 'ones' });
  const bias = declare('bias', [channels], { kind: 'zeros' });
  const runningMean = declare('running_mean', [channels], { kind: 'zeros' }, false);
  const runningVar = declare('running_var', [channels], { kind: 'ones' }, false);

  return (pass, x, offset) => {
    const [n, h, w] = x.shape;
    const spread = (rows: tf.Tensor) => tf.reshape(rows, [rows.size / channels, 1, 1, channels]); // [1 or N, 1, 1, C]
    const added = (vector: tf.Tensor) => (offset ? tf.add(spread(vector), spread(offset)) : spread(vector));

    if (!pass.training) {
      const r = tf.rsqrt(tf.add(use(pass, runningVar), BATCH_EPSILON)); // [C]
      const scale = tf.mul(use(pass, weight), r);
      const shift = tf.sub(use(pass, bias), tf.mul(use(pass, runningMean), scale));
      return tf.add(tf.mul(x, spread(scale)), added(shift));
    }
    const count = n * h * w;
    const renew = (name: string, value: tf.Tensor, factor: number) => {
      const kept = tf.mul(use(pass, name), 1 - BATCH_MOMENTUM);
      pass.onBuffer?.(name, tf.add(kept, tf.mul(tf.reshape(value, [channels]), BATCH_MOMENTUM * factor)));
    };
    const onMoments = (mean: tf.Tensor, variance: tf.Tensor) => {
      if (!pass.onBuffer) return;
      renew(runningMean, mean, 1);
      renew(runningVar, variance, count / (count - 1));
    };
    const options = { over: [0, 1, 2], epsilon: BATCH_EPSILON, onMoments };
    return standardise(x, spread(use(pass, weight)), added(use(pass, bias)), options) as tf.Tensor4D;
  };
}

/** x sigmoid(x). The backward pass needs only the result and the sigmoid: the derivative is y + sigmoid (1 - y). */
export function silu<T extends tf.Tensor>(x: T): T {
  const run = tf.customGrad((...inputs: (tf.Tensor | Save)[]) => {
    const [x, save] = inputs as [tf.Tensor, Save];
    const sigmoid = tf.sigmoid(x);
    const y = tf.mul(x, sigmoid);
    save([y, sigmoid]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [y, sigmoid] = saved as [tf.Tensor, tf.Tensor];
      return [tf.mul(dy, tf.add(y, tf.mul(sigmoid, tf.sub(1, y))))];
    };
    return { value: y, gradFunc };
  });
  return run(x) as T;
}
