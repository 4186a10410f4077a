/** What the server's process and the one that computes say to each other. */
import type { ImageShape, SamplerName, SamplerSettings, SchedulerConfig } from '@onnoise/scheduler';
import type { Call } from '../child/index.ts';
import type { Device, DeviceChoice } from '../devices.ts';

export interface EngineOptions {
  /** Model folders by the name under which they are asked for. */
  models: Readonly<Record<string, string>>;
  device: DeviceChoice;
  /** Images per network call. */
  maxBatch: number;
  /** Folder that holds the model folders, and goes with the one who started the engine: copies. */
  copy?: string | undefined;
  /** Milliseconds: an engine that was asked and says nothing for so long is ended. Default: it may take any time. */
  patience?: number | undefined;
}

/** A model that is loaded, as far as its users need to know it. */
export interface EngineModel {
  name: string;
  device: Device;
  /** Why this device. */
  reason: string;
  /** [C, H, W] */
  shape: ImageShape;
  /** 0: not conditional. */
  classes: number;
  /** One a class, where model_index.json or the model card names them. */
  classNames?: readonly string[] | undefined;
  scheduler: SchedulerConfig;
  /** sha256 of the network's file, hexadecimal. */
  hash: string;
}

/** Pictures to sample, one for each seed. */
export interface SampleTask extends SamplerSettings {
  model: string;
  /** Who asks: clients share the network. */
  client: string;
  seeds: readonly number[];
  /** One a seed; undefined for an unconditional model. */
  labels: readonly number[] | undefined;
  steps: number;
  sampler: SamplerName;
  /** Predictions to be told of each picture on its way. */
  partials: number;
}

/** One call of the network for each row. */
export interface CallTask {
  model: string;
  client: string;
  /** [N, C, H, W] */
  x: Float32Array;
  /** [N] */
  timesteps: Float32Array;
  /** [N] */
  labels: readonly number[];
}

export type TaskPart =
  /** An image [C, H, W] of a task. */
  | { type: 'image'; index: number; image: Float32Array }
  /** What an image is predicted to become, after `step` of `steps`. */
  | { type: 'partial'; index: number; step: number; steps: number; image: Float32Array };

/** Images come as parts; the answer says that the last has come. */
export type EngineMethods = {
  /** Loads the models. @throws InputError for a model or device that cannot be used. */
  start(options: EngineOptions): Promise<EngineModel[]>;
  /** @throws InputError where the network gives NaN or infinity. */
  sample(task: SampleTask, call: Call<TaskPart>): Promise<void>;
  call(task: CallTask, call: Call<TaskPart>): Promise<void>;
};

/** Steps since the last report: what it tells of at the end of its work, and now and then before. */
export interface StepReport {
  /** Images of each step. */
  batches: number[];
  /** Milliseconds of each step. */
  steps: number[];
  /** Milliseconds of each step's network call. */
  networks: number[];
}
