/**
 * The table of a run's settings: where each stands in the configuration, its flag, rule, default and meaning. The
 * configuration's checks, the command's options and its help are all made from it. The network's and the scheduler's
 * own keys are not here; they are checked by `createModel` and `parseSchedulerConfig`.
 */
import { DEFAULT_SAMPLER, SAMPLERS } from '@onnoise/scheduler';
import { FITS } from '../data/types.ts';
import { optimizerNames } from './adam.ts';
import { engineKinds } from './engines/kinds.ts';
import { learningRateSchedules } from './learning-rate.ts';
import { lossNames } from './loss.ts';

export type Section = 'data' | 'training' | 'output';

/**
 * What a continued run may do with a setting:
 *
 * | resume  | the setting                                                                  |
 * |---------|------------------------------------------------------------------------------|
 * | `fixed` | is that of the checkpoint: another would make another model or another run   |
 * | `told`  | may change, and the change is reported                                       |
 * | `free`  | may change, and makes no difference to the model nor to its pictures         |
 *
 * Whether it is off (`null`) may never change where that decides what a checkpoint holds: `fixedOff`.
 */
export type OnResume = 'fixed' | 'told' | 'free';

interface FieldBase {
  /** Flag on the command line, without dashes. */
  flag: string;
  onResume: OnResume;
  fixedOff?: true;
  /** `null` in the configuration and `off` on the command line switch it off. */
  off?: true;
  describe: string;
}

export type Field =
  | (FieldBase & { type: 'integer'; min: number; max?: number; default?: number | null })
  | (FieldBase & { type: 'number'; min: number; above?: true; below?: number; default?: number | null })
  | (FieldBase & { type: 'choice'; choices: readonly (string | number)[]; default?: string | number })
  | (FieldBase & { type: 'string'; default?: string })
  | (FieldBase & { type: 'boolean'; default?: boolean });

const largestSeed = Number.MAX_SAFE_INTEGER;

/** Fields without a default may be absent. */
export const fields = {
  data: {
    source: {
      flag: 'data',
      onResume: 'told',
      type: 'string',
      describe: '"digits" (built in), a folder of images, or MNIST-style IDX files',
    },
    csv: { flag: 'csv', onResume: 'told', type: 'string', describe: 'CSV whose column "id" names the images <id>.png' },
    labelColumn: {
      flag: 'label-column',
      onResume: 'told',
      type: 'string',
      describe: 'CSV column that holds the class',
    },
    size: {
      flag: 'size',
      onResume: 'fixed',
      type: 'integer',
      min: 1,
      max: 2048,
      describe: 'side of the images in pixels',
    },
    channels: {
      flag: 'channels',
      onResume: 'fixed',
      type: 'choice',
      choices: [1, 3],
      describe: 'force gray (1) or RGB (3)  [default: gray if no image has colour]',
    },
    fit: {
      flag: 'fit',
      onResume: 'fixed',
      type: 'choice',
      choices: FITS,
      default: 'crop',
      describe: 'how pictures become squares: crop keeps the middle, pad adds a border, stretch distorts',
    },
    background: {
      flag: 'background',
      onResume: 'fixed',
      type: 'choice',
      choices: ['black', 'white'],
      default: 'black',
      describe: 'behind padding and transparent pixels',
    },
    flip: {
      flag: 'flip',
      onResume: 'fixed',
      type: 'boolean',
      default: false,
      describe: 'mirror images left to right at random',
    },
    validationShare: {
      flag: 'validation-share',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      below: 1,
      default: 0.05,
      describe: 'share of the images held out; 0 holds out none',
    },
    strict: {
      flag: 'strict',
      onResume: 'free',
      type: 'boolean',
      default: false,
      describe: 'stop at the first image that cannot be used',
    },
    cacheDir: {
      flag: 'cache-dir',
      onResume: 'free',
      type: 'string',
      default: '.cache/onnoise',
      describe: 'folder of prepared images',
    },
  },
  training: {
    epochs: { flag: 'epochs', onResume: 'told', type: 'integer', min: 1, describe: 'passes over the images' },
    steps: { flag: 'steps', onResume: 'told', type: 'integer', min: 1, describe: 'updates of the weights' },
    minutes: {
      flag: 'minutes',
      onResume: 'told',
      type: 'number',
      min: 0,
      above: true,
      describe: 'time to spend, pictures included; the rate follows the clock, so not repeatable to the bit',
    },
    batch: { flag: 'batch', onResume: 'fixed', type: 'integer', min: 1, default: 32, describe: 'images per step' },
    lr: { flag: 'lr', onResume: 'told', type: 'number', min: 0, above: true, default: 2e-4, describe: 'learning rate' },
    lrSchedule: {
      flag: 'lr-schedule',
      onResume: 'told',
      type: 'choice',
      choices: learningRateSchedules,
      default: 'constant',
      describe: 'how the learning rate falls towards the end of the run',
    },
    warmupSteps: {
      flag: 'warmup-steps',
      onResume: 'told',
      type: 'integer',
      min: 0,
      default: 0,
      describe: 'steps in which the learning rate rises from 0',
    },
    loss: {
      flag: 'loss',
      onResume: 'fixed',
      type: 'choice',
      choices: lossNames,
      default: 'l2',
      describe: 'mean distance to the target',
    },
    optimizer: {
      flag: 'optimizer',
      onResume: 'fixed',
      type: 'choice',
      choices: optimizerNames,
      default: 'adamw',
      describe: 'AdamW, or Adam with decay in the gradient',
    },
    beta1: {
      flag: 'beta1',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      below: 1,
      default: 0.9,
      describe: "Adam's memory of gradients",
    },
    beta2: {
      flag: 'beta2',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      below: 1,
      default: 0.999,
      describe: "Adam's memory of squares",
    },
    eps: {
      flag: 'eps',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      above: true,
      default: 1e-8,
      describe: 'added to the root of the squares',
    },
    weightDecay: {
      flag: 'weight-decay',
      onResume: 'told',
      type: 'number',
      min: 0,
      default: 0,
      describe: 'weight decay; 0 is none',
    },
    clipNorm: {
      flag: 'clip-norm',
      onResume: 'told',
      type: 'number',
      min: 0,
      above: true,
      off: true,
      default: 1,
      describe: 'largest norm of all gradients together, or off',
    },
    emaDecay: {
      flag: 'ema-decay',
      onResume: 'told',
      fixedOff: true,
      type: 'number',
      min: 0,
      below: 1,
      off: true,
      default: 0.9999,
      describe: 'decay of the averaged weights, or off',
    },
    seed: {
      flag: 'seed',
      onResume: 'fixed',
      type: 'integer',
      min: 0,
      max: largestSeed,
      default: 0,
      describe: 'seed of the weights, the order, the noise and the pictures',
    },
    engine: {
      flag: 'engine',
      onResume: 'told',
      type: 'choice',
      choices: engineKinds,
      default: 'auto',
      describe: 'what runs the training step; auto is tfjs-node-gpu where it sees a GPU, else onnxruntime',
    },
    allowCpu: {
      flag: 'allow-cpu',
      onResume: 'free',
      type: 'boolean',
      default: false,
      describe: 'let tfjs-node-gpu compute on the CPU where it sees no GPU',
    },
    tf32: {
      flag: 'tf32',
      onResume: 'told',
      type: 'boolean',
      default: true,
      describe: 'let a GPU round factors to 10 bits (TensorFloat-32)',
    },
  },
  output: {
    checkpointEvery: {
      flag: 'checkpoint-every',
      onResume: 'free',
      type: 'integer',
      min: 1,
      off: true,
      default: 1000,
      describe: 'steps between checkpoints, or off for one at the end',
    },
    keep: { flag: 'keep', onResume: 'free', type: 'integer', min: 1, default: 3, describe: 'checkpoints kept' },
    sampleEvery: {
      flag: 'sample-every',
      onResume: 'free',
      type: 'integer',
      min: 1,
      off: true,
      default: 2000,
      describe: 'steps between sheets of samples, or off for one at the end',
    },
    sampleCount: {
      flag: 'sample-count',
      onResume: 'told',
      type: 'integer',
      min: 1,
      max: 1024,
      default: 16,
      describe: 'images on a sheet',
    },
    sampleSteps: {
      flag: 'sample-steps',
      onResume: 'told',
      type: 'integer',
      min: 1,
      describe: 'sampling steps of a sheet  [default: 50, at most T]',
    },
    sampler: {
      flag: 'sampler',
      onResume: 'told',
      type: 'choice',
      choices: SAMPLERS,
      default: DEFAULT_SAMPLER,
      describe: 'sampler of a sheet',
    },
  },
} as const satisfies Record<Section, Record<string, Field>>;

type Fields = typeof fields;
type Value<F> = F extends { type: 'integer' | 'number' }
  ? number | (F extends { off: true } ? null : never)
  : F extends { type: 'boolean' }
    ? boolean
    : F extends { type: 'choice'; choices: readonly (infer C)[] }
      ? C
      : string;
type Defaulted<S> = { [K in keyof S as S[K] extends { default: unknown } ? K : never]: Value<S[K]> };
type Optional<S> = { [K in keyof S as S[K] extends { default: unknown } ? never : K]?: Value<S[K]> };

/** The checked values of one section; fields without a default may be absent. */
export type SectionConfig<S extends Section> = Defaulted<Fields[S]> & Optional<Fields[S]>;

/** What is wrong with a value, as a rule to complete "must be"; null when it is fine. */
export function brokenRule(field: Field, value: unknown): string | null {
  if (value === null && field.off) return null;
  const off = field.off ? ', or off' : '';
  switch (field.type) {
    case 'integer': {
      const { min, max = Number.MAX_SAFE_INTEGER } = field;
      const holds = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
      const range = field.max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
      return holds ? null : `an integer ${range}${off}`;
    }
    case 'number': {
      const { min, above, below } = field;
      const holds =
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (above ? value > min : value >= min) &&
        !(below && value >= below);
      const range = `${above ? 'above' : 'of at least'} ${min}${below === undefined ? '' : ` and below ${below}`}`;
      return holds ? null : `a number ${range}${off}`;
    }
    case 'choice':
      return field.choices.includes(value as string) ? null : `one of ${field.choices.join(', ')}`;
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'string':
      return typeof value === 'string' && value !== '' ? null : 'some text';
  }
}
