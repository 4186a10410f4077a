/**
 * The seams of training: what a network, a training step and an engine look like to each other. Types only.
 * Outside the step, tensors are plain typed arrays in PyTorch's order, and images are NCHW.
 */
import type { Level, Prediction, PredictionType, Schedule } from '@onnoise/scheduler';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { AdamOptions, BatchPosition, StepBatch, StepInputs, StepScalars } from '@onnoise/scheduler/training';
import type * as tf from '@tensorflow/tfjs';
import type { Told } from '../model/told.ts';
import type { LossOptions } from './loss.ts';

export type { StepInputs };

/** Tensors by name. */
export type Tensors = Record<string, tf.Tensor>;

export interface StepTensor {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** What a student learns: see distillation.ts. */
export interface Distillation {
  /** Where each of its calls begins and ends, what the network is told there, and what its output means. */
  calls: readonly { timestep: number; prediction: Prediction; from: Level; to: Level }[];
  /** What the discriminator's verdict counts beside the error; 0: there is none. */
  adversarial: number;
  /** What it counts that a reader sees what was asked for; 0: there is none. */
  conditional: number;
}

/** What counts in the loss of an autoencoder beside that of the values: see reconstruction.ts. */
export interface Reconstruction {
  /** The differences between neighbours; 0: nothing. */
  edges: number;
  /** The KL divergence of the latents from a standard normal; 0: nothing. */
  kl: number;
}

export interface TrainStepOptions extends AdamOptions, LossOptions {
  /** Images whose gradients are computed together. */
  batch: number;
  /** Batches of an update, whose gradients are averaged; 1: the step is one function. */
  accumulate: number;
  /** [C, H, W] of an image. */
  shape: ImageShape;
  /** What the model is told of each image: `toldOf(model)`. Default: nothing. */
  told?: readonly Told[];
  /** Of every timestep, in float64. */
  schedule: Pick<Schedule, 'alphaBar' | 'signal' | 'noise' | 'times'>;
  predictionType: PredictionType;
  /** What a student learns, in place of noise; absent for all other training. */
  distillation?: Distillation | undefined;
  /** Of an autoencoder alone, which knows no noise and no timesteps. */
  reconstruction?: Reconstruction | undefined;
  /** Gamma of the min-SNR weights; null: all timesteps weigh the same. */
  minSnr: number | null;
  /** Largest global norm of the gradients; null leaves them as they are. */
  clipNorm: number | null;
  /** Whether averaged weights are kept. */
  ema: boolean;
  /** Whether, and how, the gradient of each image is bounded: see private.ts. */
  privacy?: StepPrivacy | undefined;
}

export interface StepPrivacy {
  /** Largest norm of an image's gradient. */
  clip: number;
  /** Timesteps of an image, over which its gradient is averaged before it is clipped. */
  timesteps: number;
}

export interface Differentiated {
  loss: tf.Scalar;
  /** Of every trainable parameter. */
  gradients: Map<string, tf.Tensor>;
  /** Those that the forward pass updated. */
  buffers: Map<string, tf.Tensor>;
}

/** The step as data: `createTrainStep(createModel(model), options)` gives it again, in another process. */
export interface StepRecipe {
  model: object;
  options: TrainStepOptions;
}

/**
 * A step whose gradients are computed in equal parts of its batch, and then averaged: see parts.ts. Parts may be computed one
 * after the other, which needs the memory of one part (accumulation), or beside each other, on a core each.
 */
export interface StepParts {
  /** Parts of an update; undefined: as many as the inputs are long enough for, which may be none. */
  count: number | undefined;
  /** What a part counts in the totals. */
  share: number;
  /** The part of the state that a part reads, without the statistics that a part changes. */
  weights: StepTensor[];
  /** Inputs of a part: those of a step, with fewer images. */
  inputs: StepTensor[];
  /** What a part gives: its loss, its gradients, and BatchNorm's statistics under their names in the state. */
  gives: StepTensor[];
  /** Inputs of the update. */
  scalars: StepTensor[];
  /** @param weights of the state, and statistics, where a part changes them */
  differentiate(weights: Record<string, tf.Tensor>, inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor>;
  /** @param mean of what the parts give; the statistics are those of the last */
  update(
    state: Record<string, tf.Tensor>,
    mean: Record<string, tf.Tensor>,
    scalars: Record<string, tf.Tensor>,
  ): { state: Record<string, tf.Tensor>; outputs: StepOutputs };
}

/** Parts whose number is known. */
export interface CountedParts extends StepParts {
  count: number;
}

export interface StepOutputs {
  loss: tf.Scalar;
  gradNorm: tf.Scalar;
}

export interface TrainStep {
  /** undefined if the network was not made from settings: such a step runs only in this process. */
  recipe: StepRecipe | undefined;
  /** Tensors that live from step to step: see state.ts. */
  state: StepTensor[];
  /**
   * images, noise [B, C, H, W], of an autoencoder [B, Z, h, w]; timesteps [B] int32, but of an autoencoder; `dropout.<name>` of the layers that drop values [B, C, H, W]; what the model is
   * told: labels [B] int32, conditions [B, 2K] float32, conditionImage [B, K, H, W] float32; a student's `lesson.*`; scalars []
   * float32.
   */
  inputs: StepTensor[];
  /** A fresh state around the given parameters (PyTorch's order): zero moments, EMA equal to the weights. */
  initialState(parameters: ReadonlyMap<string, Float32Array>): Map<string, Float32Array>;
  scalars(values: StepScalars): Record<string, Float32Array>;
  /**
   * With `accumulate` above 1, and with privacy: the step in parts, one after the other, for engines to run instead of `run`. The
   * totals of what parts give begin with the inputs of the same names, where there are some.
   */
  accumulated?: StepParts;
  /** The step in so many parts beside each other, which must divide the batch; absent where a batch cannot be cut. */
  cut?: (count: number) => CountedParts;
  /** A pure function of tfjs ops: runs eagerly on any backend, or under a tracer. */
  run(
    state: Record<string, tf.Tensor>,
    inputs: Record<string, tf.Tensor>,
  ): { state: Record<string, tf.Tensor>; outputs: StepOutputs };
}

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

/**
 * Endless batches, with inputs of the step that are no images where a student learns, and with all of them in a private run. The next
 * one depends on the position and the seed alone.
 */
export interface Batches {
  readonly position: BatchPosition;
  /** `scale`: what the loss of the engine is to be multiplied by; null where there is no image to have one. */
  next(): Promise<StepBatch & { epoch: number; lesson?: StepInputs; scale?: number | null }>;
}
