/**
 * PyTorch's `Dropout`: in training, a share of the values becomes 0 and the others grow, so that the mean stays. The
 * masks are inputs of the pass, so the pass has no randomness of its own and every engine drops the same values.
 *
 * Source: Srivastava et al., "Dropout" (JMLR 15, 2014).
 */
import type { DropoutSpec } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { Layer } from './declare.ts';

/**
 * Adds the layer to the list, unless the share is 0, and returns it.
 * @param share of the values that are dropped, 0 to below 1
 * @param shape [C, H, W] of its input
 */
export function dropout(
  list: DropoutSpec[],
  name: string,
  share: number,
  [channels, height, width]: readonly [number, number, number],
): Layer {
  if (share === 0) return (_, x) => x;
  list.push({ name, share, shape: [channels, height, width] });
  return ({ training, masks }, x) => {
    if (!training) return x;
    const mask = masks?.[name]; // [B, C, H, W], 0 or 1 / (1 - share)
    if (!mask) throw new Error(`the dropout mask ${name} is missing`);
    return tf.mul(x, tf.transpose(mask, [0, 2, 3, 1]));
  };
}
