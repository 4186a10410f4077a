/**
 * The seams of training: what a network, a training step and an engine look like to each other. Types only.
 * Outside the step, tensors are plain typed arrays in PyTorch's order, and images are NCHW.
 */
import type { ImageShape, PredictionType } from '@onnoise/scheduler';
import type * as tf from '@tensorflow/tfjs';
import type { BatchPosition } from '../data/index.ts';
import type { AdamOptions } from './adam.ts';
import type { LossName } from './loss.ts';

export interface StepTensor {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** The part of a network that training needs; every `Model` of `../model` is one. */
export interface TrainableModel {
  /** `createModel` makes the same network from it, in another process too. Networks that a test makes have none. */
  config?: object;
  parameters: readonly { name: string; shape: readonly number[]; trainable: boolean }[];
  /** Sample [B, C, H, W] and timestep [B] (float32) to a prediction [B, C, H, W]. */
  forward(
    parameters: Record<string, tf.Tensor>,
    sample: tf.Tensor4D,
    timestep: tf.Tensor1D,
    options: {
      labels?: tf.Tensor1D;
      conditions?: tf.Tensor2D;
      training: boolean;
      onBuffer?: (name: string, value: tf.Tensor) => void;
    },
  ): tf.Tensor4D;
}

export interface TrainStepOptions extends AdamOptions {
  batch: number;
  /** [C, H, W] of an image. */
  shape: ImageShape;
  /** Whether the model takes class labels. */
  conditional: boolean;
  /** K, how many numbers the model is conditional on. Default: 0. */
  conditions?: number;
  /** alphaBar of every timestep, 0 to 1, in float64. */
  schedule: { alphaBar: ArrayLike<number> };
  predictionType: PredictionType;
  loss: LossName;
  /** Largest global norm of the gradients; null leaves them as they are. */
  clipNorm: number | null;
  /** Whether averaged weights are kept. */
  ema: boolean;
}

/** The scalars of one step, in float64; `TrainStep.scalars` makes the step's inputs from them. */
export interface StepScalars {
  /** 1 for the first update: the power of Adam's bias corrections. */
  step: number;
  learningRate: number;
  /** Share of the old average that stays, 0 to 1. */
  emaDecay: number;
}

/** The step as data: `createTrainStep(createModel(model), options)` gives it again, in another process. */
export interface StepRecipe {
  model: object;
  options: TrainStepOptions;
}

export interface TrainStep {
  /** undefined if the network was not made from settings: such a step runs only in this process. */
  recipe: StepRecipe | undefined;
  /** Tensors that live from step to step: `model.*`, `ema.*`, `adam.m.*`, `adam.v.*`. */
  state: StepTensor[];
  /**
   * images, noise [B, C, H, W]; timesteps [B] int32; labels [B] int32 (models with classes);
   * conditions [B, 2K] float32 (models with conditions); scalars [] float32.
   */
  inputs: StepTensor[];
  /** A fresh state around the given parameters (PyTorch's order): zero moments, EMA equal to the weights. */
  initialState(parameters: ReadonlyMap<string, Float32Array>): Map<string, Float32Array>;
  scalars(values: StepScalars): Record<string, Float32Array>;
  /** A pure function of tfjs ops: runs eagerly on any backend, or under a tracer. */
  run(
    state: Record<string, tf.Tensor>,
    inputs: Record<string, tf.Tensor>,
  ): { state: Record<string, tf.Tensor>; outputs: { loss: tf.Scalar; gradNorm: tf.Scalar } };
}

export type StepInputs = Record<string, Float32Array | Int32Array>;

export interface StepResult {
  loss: number;
  gradNorm: number;
  /** Resident bytes of the engine's own process, if it has one. */
  memory?: number;
}

export interface TrainEngine {
  /** What runs the step, for people: `onnxruntime (cpu)`, `tfjs-cpu`. */
  name: string;
  /** How many steps may be under way at once. At 1 it computes on this thread, where asking ahead gains nothing. */
  depth: number;
  /** Steps are done in the order of the calls. */
  step(inputs: StepInputs): Promise<StepResult>;
  /** The state after all steps requested so far. */
  readState(): Promise<Map<string, Float32Array>>;
  writeState(state: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** How many tfjs tensors live in the engine; absent in an engine without tfjs. */
  countTensors?(): Promise<number>;
  dispose(): Promise<void>;
}

/** Endless batches. The next one depends on the position and the seed alone. */
export interface Batches {
  readonly position: BatchPosition;
  next(): Promise<{ images: Float32Array; labels?: Int32Array; conditions?: Float64Array; epoch: number }>; // images [B, C, H, W] in [-1, 1]
}
