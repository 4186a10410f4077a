/** The messages between the server's process and the engine's. */
import type {
  Guidance,
  ImageSeed,
  SamplerName,
  SamplerOptions,
  SamplerSettings,
  SamplerTable,
} from '@onnoise/scheduler';
import type { Artefact, NetworkFormat } from '@onnoise/scheduler/model';
import type { Owner } from '../batching/fair-queue.ts';
import type { Call } from '../child/index.ts';
import type { Device, DeviceChoice } from '../devices.ts';
import type { Measured } from './parallel-parts.ts';

export interface EngineOptions {
  /** Model folders by the name that requests use. */
  models: Readonly<Record<string, string>>;
  device: DeviceChoice;
  /** Images per network call; guided ones count twice. */
  maxBatch: number;
  /** Folder with copies of the model folders; the engine removes it if the process that started it dies. */
  copy?: string | undefined;
  /** Which of several engines it is, from 0: it takes the GPU of that number where there are several. */
  place?: number | undefined;
  /** What engines before it measured, by model. */
  measured?: Readonly<Record<string, Measured>> | undefined;
  /** Milliseconds that it rests between the parts of its start, so that an engine that serves meanwhile keeps its speed. */
  rest?: number | undefined;
  /** An engine that sends nothing for so many milliseconds while it has work is killed. Default: no limit. */
  patience?: number | undefined;
}

/** A loaded model, as its users see it. */
export interface EngineModel extends Artefact {
  name: string;
  device: Device;
  /** Why this device was chosen. */
  reason: string;
  /** How the network's weights are stored. */
  format: NetworkFormat;
  /** sha256 of the network's file, hexadecimal. */
  hash: string;
  /** Of all that decides what it draws, see `hashModel`. */
  modelHash: string;
  /** For the next engine. */
  measured?: Measured | undefined;
}

/** Pictures to sample, one for each seed. */
export interface SampleTask extends SamplerSettings, Owner {
  model: string;
  seeds: readonly ImageSeed[];
  /** What to start from, [C, H, W] for all, or [N, C, H, W]; in [-1, 1]. */
  from?: Float32Array | undefined;
  /** [H, W]: which of its pixels to keep. */
  mask?: Float32Array | undefined;
  strength?: number | undefined;
  resamples?: number | undefined;
  /** One per seed; undefined for a model without classes. */
  labels: readonly number[] | undefined;
  /** Encoded, [2K], one per seed; undefined for a model without conditions. */
  conditions: readonly Float32Array[] | undefined;
  /** What is told as a picture, [K, H, W], one per seed; undefined: nothing. */
  conditionImages?: readonly Float32Array[] | undefined;
  guidance: Guidance | undefined;
  steps: number;
  sampler: SamplerName;
  /** How many predictions to report of each picture on its way. */
  partials: number;
}

/** A sampler's table to compile. */
export interface TableTask {
  model: string;
  options: SamplerOptions;
}

/** One call of the network for each row. */
export interface CallTask extends Owner {
  model: string;
  /** [N, C, H, W] */
  x: Float32Array;
  /** [N] */
  timesteps: Float32Array;
  /** [N], see `conditionRows`. */
  rows: readonly Float32Array[];
}

/** An image [C, H, W] of a task, with the planes of the mask that its model draws, and the milliseconds that it waited for its first step, and took from then on. */
export interface Image {
  index: number;
  image: Float32Array;
  waited: number;
  took: number;
}

/** The prediction of an image [C, H, W] after `step` of `steps`. */
export interface Preview {
  index: number;
  step: number;
  steps: number;
  image: Float32Array;
}

export type TaskPart = ({ type: 'image' } & Image) | ({ type: 'partial' } & Preview);

/** Images come as parts; the answer says that the last has come. */
export type EngineMethods = {
  /** Loads the models. @throws InputError for a model or device that cannot be used. */
  start(options: EngineOptions): Promise<EngineModel[]>;
  /** @throws InputError when the network gives NaN or infinity. */
  sample(task: SampleTask, call: Call<TaskPart>): Promise<void>;
  call(task: CallTask, call: Call<TaskPart>): Promise<void>;
  /** The table of a sampler with a model. @throws InputError for options that do not fit */
  table(asked: TableTask): Promise<SamplerTable>;
};

/** Steps since the last report. The engine sends one at the end of its work, and now and then before. */
export interface StepReport {
  /** The model of each step. */
  models: string[];
  /** Images of each step; guided ones count twice. */
  batches: number[];
  /** Milliseconds of each step. */
  steps: number[];
  /** Milliseconds of each step's network call. */
  networks: number[];
}
