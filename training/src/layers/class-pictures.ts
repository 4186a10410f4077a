/**
 * A learned picture of each class, which a network sees beside the sample. The class embedding says the same at every
 * place of a picture, so the layers must make the shape of a class out of noise and the padding at the edges. A picture
 * of it says what belongs where, and the network learns shapes sooner: docs/networks.md.
 *
 * Source: the class-conditional networks of Denton et al., "Deep Generative Image Models using a Laplacian Pyramid of
 * Adversarial Networks" (arXiv 1506.05751), where the class is a plane beside those of the image.
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import * as tf from '@tensorflow/tfjs';
import type { Declare } from './declare.ts';
import { embedding } from './layers.ts';
import type { Forward } from './types.ts';

/** Of the first values, which are normal: half of the pixels' range is enough to tell classes and places apart. */
const DEVIATION = 0.5;

/**
 * @param classes rows, with the null class
 * @param shape [C, H, W] of a sample, and of a class's picture
 * @param network on samples of C more channels
 */
export function besideClassPictures(declare: Declare, classes: number, shape: ImageShape, network: Forward): Forward {
  const [channels, height, width] = shape;
  const pictures = embedding(declare, classes, channels * height * width, DEVIATION);
  return (pass, sample, timestep) => {
    if (sample.shape[1] !== height || sample.shape[2] !== width) {
      const rule = `${height} by ${width} pixels, as the pictures of its classes`;
      refuse('run the network', 'sample', rule, `${sample.shape[1]} by ${sample.shape[2]}`);
    }
    const rows = tf.reshape(pictures(pass, pass.labels!), [-1, channels, height, width]);
    return network(pass, tf.concat([sample, tf.transpose(rows, [0, 2, 3, 1])], 3) as tf.Tensor4D, timestep);
  };
}
