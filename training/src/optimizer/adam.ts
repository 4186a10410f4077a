/**
 * Adam and AdamW with PyTorch's arithmetic (torch.optim.Adam, AdamW; amsgrad off), and its clipping by global norm
 * (torch.nn.utils.clip_grad_norm_). Pure functions of tensors.
 *
 *     m' = b1 m + (1 - b1) g      v' = b2 v + (1 - b2) g^2
 *     p' = p - lr / (1 - b1^n) m' / (sqrt(v') / sqrt(1 - b2^n) + eps)
 *
 * It makes few passes over a parameter. With s = sqrt(1 - b2^n) the last line is
 * p - (lr s / (1 - b1^n)) m' / (sqrt(v') + eps s), whose two scalars `stepScalars` of
 * @onnoise/scheduler/training computes in float64. The clip factor c
 * is folded into the scalars (1 - b1) c and (1 - b2) c^2, and the norm and v share g^2.
 *
 * Source: Kingma & Ba, "Adam" (arXiv 1412.6980), end of section 2; Loshchilov & Hutter (arXiv 1711.05101).
 */
import { type AdamOptions, shrinks } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';

export interface AdamScalars {
  /** lr s / (1 - b1^n) */
  stepSize: tf.Scalar;
  /** eps s */
  epsilon: tf.Scalar;
  /** 1 - lr weightDecay, used by all but adam */
  weightFactor: tf.Scalar;
}

/** sqrt of the sum of all squares; `squares` are the squared gradients. */
export function globalNorm(squares: readonly tf.Tensor[]): tf.Scalar {
  const sums = squares.map((square) => tf.sum(square) as tf.Scalar);
  return tf.sqrt(sums.reduce((total, sum) => tf.add(total, sum)));
}

/** min(1, maximum / (norm + 1e-6)), the factor of `clip_grad_norm_`. */
export function clipFactor(norm: tf.Scalar, maximum: number): tf.Scalar {
  return tf.minimum(tf.div(tf.scalar(maximum), tf.add(norm, 1e-6)), 1);
}

/** The factors of the raw gradient and of its square in the moments: (1 - b1) c and (1 - b2) c^2. */
export interface MomentRates {
  first: tf.Scalar | number;
  second: tf.Scalar | number;
}

export function momentRates({ betas }: AdamOptions, clip: tf.Scalar | undefined): MomentRates {
  const first = 1 - betas[0];
  const second = 1 - betas[1];
  if (!clip) return { first, second };
  return { first: tf.mul(clip, first), second: tf.mul(tf.mul(clip, clip), second) };
}

export interface Moments {
  m: tf.Tensor;
  v: tf.Tensor;
}

/** One parameter's update. `square` is gradient^2; `clip`, if given, scales the gradient. */
export function adamUpdate(
  options: AdamOptions,
  scalars: AdamScalars,
  rates: MomentRates,
  clip: tf.Scalar | undefined,
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  square: tf.Tensor,
  moments: Moments,
): Moments & { parameter: tf.Tensor } {
  const [beta1, beta2] = options.betas;
  let used = { gradient, square, rates };
  if (options.optimizer === 'adam' && options.weightDecay > 0) {
    // L2 regularisation comes after clipping, so the clip factor cannot be folded in here.
    const clipped = clip ? tf.mul(gradient, clip) : gradient;
    const decayed = tf.add(clipped, tf.mul(parameter, options.weightDecay));
    used = { gradient: decayed, square: tf.mul(decayed, decayed), rates: momentRates(options, undefined) };
  }
  const m = tf.add(tf.mul(moments.m, beta1), tf.mul(used.gradient, used.rates.first));
  const v = tf.add(tf.mul(moments.v, beta2), tf.mul(used.square, used.rates.second));
  const kept = shrinks(options) ? tf.mul(parameter, scalars.weightFactor) : parameter;
  const change = tf.mul(tf.div(m, tf.add(tf.sqrt(v), scalars.epsilon)), scalars.stepSize);
  return { m, v, parameter: tf.sub(kept, change) };
}
