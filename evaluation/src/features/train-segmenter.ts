/**
 * Trains the network that reads masks: cross-entropy plus soft Dice, which counts small classes as much as large ones.
 *
 * Source: Isensee et al. 2021, "nnU-Net" (Nature Methods 18), whose loss is the sum of the two, with Dice over the batch.
 */
import * as tf from '@tensorflow/tfjs';
import type { MaskClasses } from '../measures/mask-dice.ts';
import { createMasks } from './batch-masks.ts';
import { createBatches, createNoise } from './batches.ts';
import { createSegmenter } from './segmenter.ts';
import { seenShape } from './shape.ts';
import type { TrainingSource } from './source.ts';
import { crossEntropy } from './step.ts';
import { imagesInput, type TrainingLength, type TrainOptions, trainNetwork } from './train.ts';

/** Deviation of the noise in the images, as for the regressor: small classes are a few pixels wide. */
const NOISE = 0.04;

/**
 * Small batches, since steps count more than images: at equal work, held-out phantoms of 64 pixels had a Dice of 0.75 in batches of
 * 32, of 0.80 in 16 and of 0.83 in 8, and finer patches gained nothing. With all 3,000 steps they have 0.87.
 */
export const SEGMENTER_LENGTH: TrainingLength = { batch: 8, epochs: 20, least: 300, most: 3000 };

/**
 * @param source images with masks
 * @returns the parameters of `createSegmenter(source.shape, count)`
 * @throws InputError when training diverges; the signal's reason when it is aborted.
 */
export async function trainSegmenter(
  source: TrainingSource,
  { count: classes, first }: Pick<MaskClasses, 'count' | 'first'>,
  options: TrainOptions,
): Promise<Map<string, Float32Array>> {
  const network = createSegmenter(source.shape, classes);
  const length = options.length ?? SEGMENTER_LENGTH;
  const { batch } = length;
  const draw = createBatches(source, batch, options.seed);
  const drawMasks = createMasks(source, batch);
  const addNoise = createNoise(batch, NOISE, options.seed);
  const [, height, width] = seenShape(source.shape).input;
  return trainNetwork(
    source,
    network,
    { ...options, length },
    {
      inputs: [imagesInput(source, batch), { name: 'masks', shape: [batch, height, width], dtype: 'float32' }],
      loss(weights, { images, masks }) {
        const logits = network.forward(weights, images as tf.Tensor4D, true);
        const rows = tf.reshape(logits, [-1, classes]) as tf.Tensor2D;
        const numbers = tf.reshape(masks!, [-1, 1]);
        const targets = tf.cast(
          tf.equal(
            numbers,
            tf.tensor2d(
              Array.from({ length: classes }, (_, k) => k),
              [1, classes],
            ),
          ),
          'float32',
        );
        return tf.add(crossEntropy(rows, targets), softDiceLoss(tf.softmax(rows), targets, first));
      },
      async batch(number) {
        const drawn = await draw(number);
        addNoise(drawn.images, number);
        return { images: drawn.images, masks: await drawMasks(drawn) };
      },
    },
  );
}

/** Added above and below, so that a class that no image has is neither right nor wrong. */
const SMOOTH = 1;

/** 1 less the mean of 2 |P T| / (|P| + |T|) over the classes from `first` on. @param shares, targets [rows, K] */
export function softDiceLoss(shares: tf.Tensor, targets: tf.Tensor, first: number): tf.Scalar {
  const both = tf.sum(tf.mul(shares, targets), 0);
  const all = tf.add(tf.sum(shares, 0), tf.sum(targets, 0));
  const dice = tf.div(tf.add(tf.mul(both, 2), SMOOTH), tf.add(all, SMOOTH));
  const wanted = tf.slice(dice, [first], [dice.shape[0]! - first]);
  return tf.sub(1, tf.mean(wanted));
}
