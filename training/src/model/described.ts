/** A network as training, export and parity see it: its function, and the facts about it. Types only. */
import type { ConditionImage, ConditionSpec, DecodedFacts, ImageShape, MaskLabels } from '@onnoise/scheduler/model';
import type { DropoutSpec } from '@onnoise/scheduler/training';
import type * as tf from '@tensorflow/tfjs';
import type { Halves } from '../layers/types.ts';

/** The part of a network that training needs; every `Model` is one. */
export interface TrainableModel {
  /** `createModel` makes the same network from it, in another process too. Networks that a test makes have none. */
  config?: object;
  parameters: readonly { name: string; shape: readonly number[]; trainable: boolean }[];
  /** Channels of the feature maps that `onFeature` gets; absent where there are none. */
  featureWidths?: readonly number[];
  /** As `DescribedModel` has them; absent where the network is told nothing. */
  classCount?: number | null;
  nullCondition?: boolean;
  conditions?: readonly ConditionSpec[];
  /** Layers that drop values in training; absent if there are none. */
  dropouts?: readonly DropoutSpec[];
  /** Of an autoencoder. */
  halves?: Halves;
  /** Sample [B, C, H, W] and timestep [B] (float32) to a prediction [B, C, H, W]. */
  forward(
    parameters: Record<string, tf.Tensor>,
    sample: tf.Tensor4D,
    timestep: tf.Tensor1D,
    options: {
      labels?: tf.Tensor1D;
      masks?: Readonly<Record<string, tf.Tensor>>;
      conditions?: tf.Tensor2D;
      conditionImage?: tf.Tensor4D;
      training: boolean;
      betweenTimesteps?: boolean;
      onBuffer?: (name: string, value: tf.Tensor) => void;
      onFeature?: (map: tf.Tensor4D) => void;
    },
  ): tf.Tensor4D;
}

/** A network, and the facts about it that training and export need beside its function. */
export interface DescribedModel extends TrainableModel {
  /** [C, H, W] of a sample: the picture's channels, then a plane for each class of `maskOutput`. */
  shape: ImageShape;
  /** Without the null class; null without classes. */
  classCount: number | null;
  /** Whether it is trained without a condition too. With classes, class `classCount` is then the null class. */
  nullCondition: boolean;
  /** The numbers that it is conditional on. */
  conditions: readonly ConditionSpec[];
  /** The mask or picture that it is told of each image. */
  conditionImage?: ConditionImage;
  /** Classes of the mask that it draws with each picture. */
  maskOutput?: MaskLabels;
  /** What makes pictures of its samples, where these are latents. */
  autoencoder?: DecodedFacts;
  /** Timesteps are numbers from 0 to one less: T, and T + 1 for flow matching. */
  timestepCount: number;
}
