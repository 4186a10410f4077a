/**
 * `train/step.json`: what a training step in ONNX needs to be run by whoever has onnxruntime. `pipeline transfer --to tab`
 * writes it; a browser tab and Node read it.
 *
 * | file in `train/`    | what                                                                                    |
 * |---------------------|-----------------------------------------------------------------------------------------|
 * | `step.onnx`         | a whole step: vectors of the state and inputs to `next.<vector>`, `loss` and `gradNorm`   |
 * | `denoiser.onnx`     | the network, for any batch size, with its weights as inputs named by the parameters       |
 * | `step.json`         | this file                                                                               |
 * | `state.safetensors` | the state by the names of a training state; what it lacks starts: see flat.ts             |
 */
import { type ConditionSpec, readConditions } from '../model/conditions.ts';
import type { ImageShape } from '../model/pixels.ts';
import { sizeOf } from '../model/size.ts';
import { InputError, refuse, show } from '../rules/errors.ts';
import { parseJson } from '../rules/json.ts';
import { type Rules, readObject } from '../rules/read.ts';
import {
  anything,
  flag,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  type Rule,
  rule,
  text,
  worded,
} from '../rules/rule.ts';
import { parseSchedulerConfig, type SchedulerConfig } from '../schedule/config.ts';
import type { BatchPosition } from './epoch-order.ts';
import type { FlatParameter, FlatVector } from './flat.ts';
import { LR_SCHEDULES, type LrOptions } from './lr.ts';
import type { DropoutSpec } from './masks.ts';
import { type AdamOptions, OPTIMIZER_NAMES } from './step-scalars.ts';
import { TIMESTEP_SAMPLINGS, type TimestepSampling } from './timesteps.ts';

/** Of step.json; a reader refuses every other. */
export const STEP_FORMAT = 2;

/** Paths in a model folder. */
export const STEP_FILES = {
  step: 'train/step.json',
  graph: 'train/step.onnx',
  denoiser: 'train/denoiser.onnx',
  state: 'train/state.safetensors',
} as const;

/** An input of the step. */
export interface StepInput {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** How far the training is. Plain JSON. */
export interface TrainingProgress {
  /** Updates done. */
  step: number;
  epoch: number;
  /** Place in the images. */
  position: BatchPosition;
  /** Seconds of training so far, without the stops. */
  seconds: number;
  /** Of the last step; null before the first. */
  loss: number | null;
}

export interface StepFile {
  format: typeof STEP_FORMAT;
  /** [C, H, W] of an image. */
  shape: ImageShape;
  /** Images of a step. */
  batch: number;
  /** What the step takes beside the vectors. */
  inputs: StepInput[];
  vectors: FlatVector[];
  parameters: FlatParameter[];
  /** Layers that drop values. */
  dropouts: DropoutSpec[];
  scheduler: SchedulerConfig;
  /** Without the null class; null without classes. */
  classCount: number | null;
  /** Whether the network is trained without a condition, too. */
  nullCondition: boolean;
  conditions: ConditionSpec[];
  /** One per class, if they have names. */
  classNames: string[] | null;
  optimizer: AdamOptions;
  /** `steps`: where a falling one ends; null: nowhere, it does not fall. */
  lr: LrOptions & { steps: number | null };
  /** Decay of the averaged weights; null where there are none. */
  emaDecay: number | null;
  /** Share of the images that lose their condition. */
  labelDropout: number;
  /** Strength of the noise that is the same in a channel; 0 is none. */
  offsetNoise: number;
  timesteps: TimestepSampling;
  /** Whether half of the images are mirrored. */
  flip: boolean;
  seed: number;
  progress: TrainingProgress;
  /** The images that it was trained on so far; null before the first. */
  data: { name: string; hash: string } | null;
  /** The settings of the run in Node, for `pipeline train`. */
  config: Record<string, unknown>;
  /** Samples one picture in Python, for the model's card. */
  python: string;
  /** Texts of a model folder beside the network and its weights, by path. */
  files: Record<string, string>;
}

const ACTION = 'read the training step';

const COUNT = integer(0);
const SIZE = integer(1);
const SHAPE = listOf(SIZE);
const IMAGE: Rule<ImageShape> = worded('[channels, height, width]', SHAPE) as unknown as Rule<ImageShape>;
const described = <T>(words: string, keys: Record<string, Rule<unknown>>): Rule<T> =>
  rule<T>(
    words,
    (value) => object.holds(value) && Object.entries(keys).every(([key, { holds }]) => holds(value[key] ?? null)),
  );
const list = <T>(words: string, keys: Record<string, Rule<unknown>>): Rule<T[]> =>
  worded(`a list of ${words}`, listOf(described<T>(words, keys)));

const POSITION = described<BatchPosition>('{epoch, index}', { epoch: COUNT, index: COUNT });

const RULES: Rules<StepFile> = {
  format: oneOf([STEP_FORMAT]),
  shape: rule('[channels, height, width]', (value) => IMAGE.holds(value) && value.length === 3),
  batch: SIZE,
  inputs: list('{name, shape, dtype}', {
    name: text,
    shape: SHAPE,
    dtype: oneOf(['float32', 'int32']),
  }),
  vectors: list('{name, size}', { name: text, size: COUNT }),
  parameters: list('{name, shape, offset}', { name: text, shape: SHAPE, offset: COUNT }),
  dropouts: list('{name, share, shape}', { name: text, share: number({ above: 0, below: 1 }), shape: IMAGE }),
  scheduler: object as unknown as Rule<SchedulerConfig>,
  classCount: nullable(SIZE),
  nullCondition: flag,
  conditions: anything as Rule<ConditionSpec[]>,
  classNames: nullable(listOf(text)),
  optimizer: described<AdamOptions>('{optimizer, betas, eps, weightDecay}', {
    optimizer: oneOf(OPTIMIZER_NAMES),
    betas: listOf(number({ min: 0, below: 1 }), 2),
    eps: number({ above: 0 }),
    weightDecay: number({ min: 0 }),
  }),
  lr: described<StepFile['lr']>('{lr, lrSchedule, warmupSteps, steps}', {
    lr: number({ above: 0 }),
    lrSchedule: oneOf(LR_SCHEDULES),
    warmupSteps: COUNT,
    steps: nullable(SIZE),
  }),
  emaDecay: nullable(number({ min: 0, below: 1 })),
  labelDropout: number({ min: 0, below: 1 }),
  offsetNoise: number({ min: 0, below: 1 }),
  timesteps: described<TimestepSampling>('{kind, mean, std}', {
    kind: oneOf(TIMESTEP_SAMPLINGS),
    mean: number(),
    std: number({ above: 0 }),
  }),
  flip: flag,
  seed: COUNT,
  progress: described<TrainingProgress>('{step, epoch, position, seconds, loss}', {
    step: COUNT,
    epoch: COUNT,
    position: POSITION,
    seconds: number({ min: 0 }),
    loss: nullable(number()),
  }),
  data: nullable(described('{name, hash}', { name: text, hash: text })),
  config: object,
  python: text,
  files: rule('texts by their path', (value) => object.holds(value) && Object.values(value).every(isString)),
};

const isString = (value: unknown): value is string => typeof value === 'string';

/**
 * The content of step.json.
 * @throws InputError for what is no JSON, was written by another version, or does not agree with itself.
 */
export function readStepFile(json: string): StepFile {
  const value = parseJson(json, (received) => {
    throw new InputError(`Cannot ${ACTION}: ${STEP_FILES.step} must be JSON, received ${received}.`);
  });
  const given = object.holds(value) ? value.format : undefined;
  if (given !== STEP_FORMAT) {
    throw new InputError(
      `Cannot ${ACTION}: format of ${STEP_FILES.step} must be ${STEP_FORMAT}, received ${show(given)}: it is of another version. Make it again: pipeline transfer --to tab.`,
    );
  }
  const file = readObject(value, ACTION, RULES);
  const conditions = readConditions(ACTION, STEP_FILES.step, file.conditions);
  const read: StepFile = { ...file, conditions, scheduler: parseSchedulerConfig(file.scheduler) };
  checkLayout(read);
  return read;
}

export const formatStepFile = (file: StepFile): string => `${JSON.stringify(file)}\n`;

/** Offsets and sizes must leave no gap: the vectors are read and written by them. */
function checkLayout({ vectors, parameters, classNames, classCount }: StepFile): void {
  const weights = vectors.find(({ name }) => name === 'model');
  if (!weights) refuse(ACTION, 'vectors', 'a list with model', vectors.map(({ name }) => name).join());
  let end = 0;
  for (const { name, shape, offset } of parameters.toSorted((a, b) => a.offset - b.offset)) {
    if (offset !== end) refuse(ACTION, `offset of ${name}`, String(end), offset);
    end += sizeOf(shape);
  }
  if (end !== weights!.size)
    refuse(ACTION, 'the size of the vector model', `that of all parameters, ${end}`, weights!.size);
  if (classNames && classNames.length !== classCount) {
    refuse(ACTION, 'classNames', `a list of ${classCount ?? 0}`, classNames.length);
  }
}
