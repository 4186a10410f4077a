/** What a network is told of each image beside sample and timestep, under the names that training, tracing and export use. */
import { type ExtraInput, extraInputs } from '@onnoise/scheduler/model';
import type * as tf from '@tensorflow/tfjs';
import type { DescribedModel } from './described.ts';

/** An input of a training step, and of a network's pass. */
export interface Told {
  name: 'labels' | 'conditions' | 'conditionImage';
  /** Of the exported network's input. */
  port: ExtraInput['name'];
  dtype: 'int32' | 'float32';
  /** The tensor's sides after N: [], [2K] or [K, H, W]. */
  sides: readonly number[];
  /** The value, in all places, of an image without a condition: the null class, or 0. */
  absent: number;
}

/** What decides it. */
export type Conditional = Pick<DescribedModel, 'classCount' | 'nullCondition' | 'conditions' | 'conditionImage'>;

const NAMES = {
  class_labels: 'labels',
  conditions: 'conditions',
  condition_image: 'conditionImage',
} as const satisfies Record<ExtraInput['name'], Told['name']>;

/** The network's inputs after `sample` and `timestep`. */
export const inputsOf = ({ classCount, ...others }: Conditional): ExtraInput[] =>
  extraInputs({ classes: classCount ?? 0, ...others });

export const toldOf = (model: Conditional): Told[] =>
  inputsOf(model).map(({ name, type, sides, absent }) => ({
    name: NAMES[name],
    port: name,
    dtype: type === 'int64' ? 'int32' : 'float32',
    sides,
    absent: absent[0]!,
  }));

/** Of a batch: labels [N], conditions [N, 2K], conditionImage [N, K, H, W]; those that the network has. */
export interface ToldTensors {
  labels?: tf.Tensor1D;
  conditions?: tf.Tensor2D;
  conditionImage?: tf.Tensor4D;
}

/** Of tensors by name, those that a pass is told. */
export const pickTold = (told: readonly Told[], tensors: Readonly<Record<string, tf.Tensor>>): ToldTensors =>
  Object.fromEntries(told.map(({ name }) => [name, tensors[name]]));
