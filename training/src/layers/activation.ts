/**
 * Activation functions by diffusers' names.
 *
 * Source: Hendrycks & Gimpel, "Gaussian Error Linear Units" (arXiv 1606.08415): the exact form, as PyTorch's default;
 * Misra, "Mish" (arXiv 1908.08681).
 */
import * as tf from '@tensorflow/tfjs';
import { silu } from './normalization.ts';

export const ACTIVATION_NAMES = ['relu', 'silu', 'gelu', 'mish'] as const;
export type ActivationName = (typeof ACTIVATION_NAMES)[number];
export type Activation = <T extends tf.Tensor>(x: T) => T;

/** x Phi(x), with Phi the unit normal's cumulative distribution. The derivative is Phi(x) + x Phi'(x). */
function gelu<T extends tf.Tensor>(x: T): T {
  const run = tf.customGrad((...inputs: (tf.Tensor | ((tensors: tf.Tensor[]) => void))[]) => {
    const [x, save] = inputs as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const share = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5); // Phi(x)
    save([x, share]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, share] = saved as [tf.Tensor, tf.Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI)); // Phi'(x)
      return [tf.mul(dy, tf.add(share, tf.mul(x, density)))];
    };
    return { value: tf.mul(x, share), gradFunc };
  });
  return run(x) as T;
}

/** x tanh(ln(1 + e^x)). */
const mish: Activation = (x) => tf.mul(x, tf.tanh(tf.softplus(x)));

export const activations: Readonly<Record<ActivationName, Activation>> = { relu: (x) => tf.relu(x), silu, gelu, mish };
