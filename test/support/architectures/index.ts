/** The architectures, of sizes that tfjs' cpu backend computes in a second or so. */
import type * as tf from '@tensorflow/tfjs';
import { seedWeights } from './build.ts';
import { mobileNetV2 } from './mobilenet.ts';
import { lstmClassifier, transformerBlock } from './sequences.ts';
import { uNet } from './unet.ts';

export interface Architecture {
  /** At seeded weights. */
  build: () => tf.LayersModel;
  dtype: 'float32' | 'int32';
  /** Of the inputs. */
  range: readonly [number, number];
  /** To train with. */
  loss: string;
}

const pictures = (build: () => tf.LayersModel): Architecture => ({
  build: () => seedWeights(build()),
  dtype: 'float32',
  range: [-1, 1],
  loss: 'categoricalCrossentropy',
});

export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  'MobileNet v2': pictures(() => mobileNetV2({ side: 32, alpha: 0.35, classes: 10 })),
  'U-Net': pictures(() => uNet({ side: 32, width: 4, channels: 1 })),
  LSTM: {
    ...pictures(() => lstmClassifier({ words: 50, length: 12, units: 16, classes: 4 })),
    dtype: 'int32',
    range: [0, 49],
  },
  'a transformer block': {
    ...pictures(() => transformerBlock({ length: 10, width: 32, heads: 4 })),
    loss: 'meanSquaredError',
  },
};

/**
 * Those of pictures at a size to train, which leaves the last feature maps enough pixels for batch normalisation to be steady,
 * and learning rates at which ten steps can be compared.
 *
 * A ReLU6 whose input is within rounding of 0 or 6 passes a gradient on one side and none on the other, so MobileNet takes steps that
 * are too small to lead two runs apart. With SiLU in its place, which has no corner, it trains at a usual rate, and the changes of
 * their weights are as near as those of the others.
 */
export const TRAINED: Readonly<Record<string, { build: () => tf.LayersModel; learningRate: number }>> = {
  'MobileNet v2': {
    build: () => seedWeights(mobileNetV2({ side: 40, alpha: 0.35, classes: 10 })),
    learningRate: 1e-6,
  },
  'MobileNet v2 with SiLU': {
    build: () => seedWeights(mobileNetV2({ side: 40, alpha: 0.35, classes: 10, smooth: true })),
    learningRate: 1e-3,
  },
  'U-Net': { build: ARCHITECTURES['U-Net']!.build, learningRate: 1e-3 },
};
