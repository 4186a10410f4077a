/**
 * A noise schedule that is learned with the network. With gamma = log((1 - alphaBar) / alphaBar), a monotone network phi
 * from [0, 1] to [0, 1] bends the time of the schedule that it starts from: gamma(t) = start(phi(t)). Both ends stay.
 *
 *     phi(u) = (f(u) - f(0)) / (f(1) - f(0)),   f(u) = a u + sum over h of w_h sigmoid(k_h (u - c_h)),   a, w, k > 0
 *
 * What the variational bound says of a timestep is, up to a constant, l_t = expm1(gamma(t) - gamma(t - 1)) times the
 * squared error of the predicted noise. Its mean over t depends on the ends of the schedule alone, as long as steps are
 * small, so the variance is least where every timestep says as much as any other. The paper descends the mean of l_t^2.
 * Here the mean of log l_t is raised: the log of the mean, less that, is half the relative variance where the terms are
 * nearly even, and it is least for the same schedule. But a few large terms, which the first timesteps of the usual
 * schedules are, do not drown all others in it. The network's own loss stays as it is and teaches the schedule nothing.
 *
 * Source: Kingma et al., "Variational Diffusion Models" (arXiv 2107.00630), section 4, appendices H and I.2.
 */
import type { PredictionType } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';

const HIDDEN = 64;
/** At first the sigmoids stand in a row that goes beyond both ends, and overlap so far that their sum is a line. */
const STEEPNESS = HIDDEN / 2;
const MARGIN = 0.2;

/** Added where a logarithm or a quotient would have none of 0. */
const LEAST = 1e-7;

type Curve = 'slope' | 'height' | 'steepness' | 'centre';

/** The curve's parameters: softplus makes the first three positive. */
export const CURVE_SHAPES: Readonly<Record<Curve, readonly number[]>> = {
  slope: [1],
  height: [HIDDEN],
  steepness: [HIDDEN],
  centre: [HIDDEN],
};

/** Nearly the line phi(u) = u. */
export function initialCurve(): Record<Curve, Float32Array> {
  const inverse = (value: number) => Math.log(Math.expm1(value)); // of softplus
  const all = (value: number) => new Float32Array(HIDDEN).fill(value);
  return {
    slope: Float32Array.of(inverse(0.1)),
    height: all(inverse((0.9 * (1 + 2 * MARGIN)) / HIDDEN)),
    steepness: all(inverse(STEEPNESS)),
    centre: Float32Array.from({ length: HIDDEN }, (_, h) => (1 + 2 * MARGIN) * ((h + 0.5) / HIDDEN) - MARGIN),
  };
}

export type CurveTensors = Record<Curve, tf.Tensor>;

/** gamma of every timestep of a schedule, [T]: minus the logarithm of its signal to noise. */
export const gammasOf = (alphaBar: ArrayLike<number>): number[] =>
  Array.from(alphaBar, (share) => Math.log((1 - share) / share));

/** gamma at timesteps [N], int32: a differentiable function of the curve. @param start gamma of the first schedule, [T] */
export function gammaAt(curve: CurveTensors, start: readonly number[], timesteps: tf.Tensor1D): tf.Tensor1D {
  const last = start.length - 1;
  const [count] = timesteps.shape;
  const ends = tf.tensor1d([0, 1]);
  const f = heightsAt(curve, tf.concat1d([tf.mul(tf.cast(timesteps, 'float32'), 1 / last), ends]));
  const [inner, low, high] = tf.split(f, [count, 1, 1]) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const phi = tf.div(tf.sub(inner, low), tf.sub(high, low));
  return between(start, tf.mul(phi, last)) as tf.Tensor1D;
}

/** Values of a table between its places, on straight lines; the derivative is the slope of the line. */
function between(table: readonly number[], places: tf.Tensor): tf.Tensor {
  const rises = table.slice(1).map((value, i) => value - table[i]!);
  const run = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [place, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const before = tf.clipByValue(tf.floor(place), 0, rises.length - 1);
    const at = tf.cast(before, 'int32');
    const rise = tf.gather(tf.tensor1d(rises), at);
    save([rise]);
    const value = tf.add(tf.gather(tf.tensor1d(table.slice(0, -1)), at), tf.mul(tf.sub(place, before), rise));
    return { value, gradFunc: (dy: tf.Tensor, [rise]: tf.Tensor[]) => tf.mul(dy, rise!) };
  });
  return run(places);
}

/** f at u [N]. */
function heightsAt({ slope, height, steepness, centre }: CurveTensors, u: tf.Tensor1D): tf.Tensor1D {
  const column = tf.reshape(u, [-1, 1]);
  const bends = tf.sigmoid(tf.mul(tf.softplus(steepness), tf.sub(column, centre))); // [N, HIDDEN]
  const sum = tf.sum(tf.mul(tf.softplus(height), bends), 1);
  return tf.add(tf.mul(tf.softplus(slope), u), sum) as tf.Tensor1D;
}

/** What the schedule learns from a batch, all [B]. */
export interface CurveBatch {
  timesteps: tf.Tensor1D;
  /** gamma at the timesteps, as the images were noised. */
  gamma: tf.Tensor;
  /** The mean squared error of each image, and its derivative by that image's gamma. */
  errors: tf.Tensor;
  slopes: tf.Tensor;
}

/** The gradient of minus the mean of log l_t by the curve's parameters. */
export function curveGradients(
  curve: CurveTensors,
  start: readonly number[],
  predictionType: PredictionType,
  { timesteps, gamma, errors, slopes }: CurveBatch,
): Record<Curve, tf.Tensor> {
  const names = Object.keys(CURVE_SHAPES) as Curve[];
  const [count] = timesteps.shape;
  // The first timestep has none before it.
  const counts = tf.cast(tf.greater(timesteps, 0), 'float32');
  const earlier = tf.maximum(tf.sub(timesteps, 1), 0) as tf.Tensor1D;
  const relative = tf.div(slopes, tf.add(errors, LEAST));
  const objective = () => {
    const both = gammaAt(curve, start, tf.concat1d([timesteps, earlier]));
    const [now, then] = tf.split(both, [count, count]) as [tf.Tensor, tf.Tensor];
    const step = tf.log(tf.add(tf.expm1(tf.sub(now, then)), LEAST));
    // The logarithm of the error of the noise, to first order around gamma and up to a constant.
    const error = tf.add(tf.mul(relative, tf.sub(now, gamma)), logNoiseShare(now, predictionType));
    return tf.neg(tf.mean(tf.mul(tf.add(step, error), counts))) as tf.Scalar;
  };
  const { grads } = tf.engine().gradients(
    objective,
    names.map((name) => curve[name]),
    undefined,
    true,
  );
  return Object.fromEntries(names.map((name, i) => [name, grads[i]!])) as Record<Curve, tf.Tensor>;
}

/** The logarithm of the squared error of the noise over that of what the network predicts. */
function logNoiseShare(gamma: tf.Tensor, predictionType: PredictionType): tf.Tensor | number {
  if (predictionType === 'epsilon') return 0;
  if (predictionType === 'v_prediction') return tf.neg(tf.softplus(gamma)); // log alphaBar
  return tf.neg(gamma); // the logarithm of the signal to noise
}

/**
 * The betas of a learned schedule, [T], in float64.
 * @param curve values of the parameters @param alphaBar of the schedule that it started from, [T]
 */
export function learnedBetas(curve: Readonly<Record<Curve, Float32Array>>, alphaBar: ArrayLike<number>): number[] {
  const start = gammasOf(alphaBar);
  const last = start.length - 1;
  const softplus = (value: number) => Math.log1p(Math.exp(-Math.abs(value))) + Math.max(value, 0);
  const f = (u: number) => {
    let sum = softplus(curve.slope[0]!) * u;
    for (let h = 0; h < HIDDEN; h++) {
      const bend = softplus(curve.steepness[h]!) * (u - curve.centre[h]!);
      sum += softplus(curve.height[h]!) / (1 + Math.exp(-bend));
    }
    return sum;
  };
  const [low, high] = [f(0), f(1)];
  let left = 1; // alphaBar of the timestep before
  return start.map((_, t) => {
    const place = ((f(t / last) - low) / (high - low)) * last;
    const before = Math.min(Math.max(Math.floor(place), 0), last - 1);
    const gamma = start[before]! + (place - before) * (start[before + 1]! - start[before]!);
    const share = 1 / (1 + Math.exp(gamma));
    const beta = 1 - share / left;
    left = share;
    return beta;
  });
}
