/**
 * Self-attention over the positions of a feature map, with the arithmetic and names of diffusers' `Attention` in a U-Net:
 * GroupNorm, heads, output projection, residual connection.
 *
 * Source: Vaswani et al. (arXiv 1706.03762), equation 1. Limits: memory grows with (H W)^2.
 */
import * as tf from '@tensorflow/tfjs';
import type { Declare, Layer } from './declare.ts';
import { pixelwiseLinear } from './layers.ts';
import { groupNorm } from './normalization.ts';

export interface AttentionOptions {
  /** Channels of a head; must divide the number of channels. */
  headDim: number;
  /** Of the GroupNorm that it begins with; undefined: none. */
  groups: number | undefined;
  epsilon: number;
  /** The sum of its output and its input is divided by it. Default: 1. */
  scale?: number;
}

export function attention(declare: Declare, channels: number, options: AttentionOptions): Layer {
  const { headDim, groups, epsilon, scale = 1 } = options;
  const norm: Layer =
    groups === undefined ? (_, x) => x : groupNorm(declare.in('group_norm'), channels, groups, epsilon);
  const toQ = pixelwiseLinear(declare.in('to_q'), channels, channels);
  const toK = pixelwiseLinear(declare.in('to_k'), channels, channels);
  const toV = pixelwiseLinear(declare.in('to_v'), channels, channels);
  const toOut = pixelwiseLinear(declare.in('to_out.0').closing(), channels, channels);
  const heads = channels / headDim;

  return (pass, x) => {
    const [n, h, w] = x.shape;
    const input = norm(pass, x);
    const perHead = (map: tf.Tensor4D): tf.Tensor =>
      heads === 1
        ? tf.reshape(map, [n, h * w, channels])
        : tf.transpose(tf.reshape(map, [n, h * w, heads, headDim]), [0, 2, 1, 3]); // [N, heads, HW, headDim]
    const query = perHead(tf.mul(toQ(pass, input), 1 / Math.sqrt(headDim)));
    const weights = tf.softmax(tf.matMul(query, perHead(toK(pass, input)), false, true)); // [N, heads, HW, HW]
    const mixed = tf.matMul(weights, perHead(toV(pass, input))); // [N, heads, HW, headDim]
    const together = heads === 1 ? mixed : tf.transpose(mixed, [0, 2, 1, 3]);
    const sum: tf.Tensor4D = tf.add(toOut(pass, tf.reshape(together, [n, h, w, channels])), x);
    return scale === 1 ? sum : tf.div(sum, scale);
  };
}
