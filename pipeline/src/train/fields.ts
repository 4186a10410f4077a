/**
 * The table of a run's settings: where each stands in the configuration, its flag, rule, default and meaning. The
 * configuration's checks, the command's options and its help are all made from it. The keys of the network and the
 * scheduler are not here: `createModel` and `parseSchedulerConfig` check them.
 */
import { DEFAULT_SAMPLER, SAMPLER_NAMES, USUAL_STEPS } from '@onnoise/scheduler';
import { OPTIMIZER_NAMES } from './adam.ts';
import { augmentFields } from './augment-fields.ts';
import { dataFields } from './data-fields.ts';
import { ENGINE_KINDS } from './engines/kinds.ts';
import { type Field, SEED, type Values } from './field.ts';
import { LEARNING_RATE_SCHEDULES } from './learning-rate.ts';
import { HUBER_DELTA, LOSS_NAMES } from './loss.ts';

export type Section = 'data' | 'training' | 'output';

/** Fields without a default may be absent. */
export const fields = {
  data: { ...dataFields, ...augmentFields },
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
    init: {
      flag: 'init',
      onResume: 'fixed',
      type: 'string',
      describe: 'start from the weights of a model folder or a run, and from its network and scheduler',
    },
    initHash: {
      flag: 'init-hash',
      onResume: 'fixed',
      type: 'string',
      describe: 'SHA-256 that the weights of --init must have  [default: noted in config.json]',
    },
    batch: { flag: 'batch', onResume: 'fixed', type: 'integer', min: 1, default: 32, describe: 'images per step' },
    accumulate: {
      flag: 'accumulate',
      onResume: 'fixed',
      type: 'integer',
      min: 1,
      default: 1,
      describe: 'batches per step, whose gradients are averaged: a large batch in the memory of a small one',
    },
    labelDropout: {
      flag: 'label-dropout',
      onResume: 'told',
      fixedOff: true,
      type: 'number',
      min: 0,
      below: 1,
      default: 0,
      describe: 'share of the images trained on without label and numbers, which guidance needs; 0 is none',
    },
    lr: { flag: 'lr', onResume: 'told', type: 'number', min: 0, above: true, default: 2e-4, describe: 'learning rate' },
    lrSchedule: {
      flag: 'lr-schedule',
      onResume: 'told',
      type: 'choice',
      choices: LEARNING_RATE_SCHEDULES,
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
      choices: LOSS_NAMES,
      default: 'l2',
      describe: 'mean distance to the target',
    },
    huberDelta: {
      flag: 'huber-delta',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      above: true,
      default: HUBER_DELTA,
      describe: 'where the huber loss turns from a parabola into a line',
    },
    minSnr: {
      flag: 'min-snr',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      above: true,
      off: true,
      default: null,
      describe: 'gamma of the min-SNR weights of timesteps, as 5, or off',
    },
    learnSchedule: {
      flag: 'learn-schedule',
      onResume: 'fixed',
      type: 'boolean',
      default: false,
      describe: 'learn the noise schedule too, from --scheduler.beta_schedule on',
    },
    offsetNoise: {
      flag: 'offset-noise',
      onResume: 'told',
      type: 'number',
      min: 0,
      below: 1,
      default: 0,
      describe: 'noise that is the same in a whole channel, added to that of every value; 0 is none',
    },
    optimizer: {
      flag: 'optimizer',
      onResume: 'fixed',
      type: 'choice',
      choices: OPTIMIZER_NAMES,
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
    seed: { ...SEED, describe: 'seed of the weights, the order, the noise and the pictures' },
    engine: {
      flag: 'engine',
      onResume: 'told',
      type: 'choice',
      choices: ENGINE_KINDS,
      default: 'auto',
      describe: 'what runs the training step; auto is tfjs-node-gpu if it sees a GPU, else onnxruntime',
    },
    allowCpu: {
      flag: 'allow-cpu',
      onResume: 'free',
      type: 'boolean',
      default: false,
      describe: 'let tfjs-node-gpu compute on the CPU if it sees no GPU',
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
      describe: `sampling steps of a sheet  [default: ${USUAL_STEPS}, at most T - 1]`,
    },
    sampler: {
      flag: 'sampler',
      onResume: 'told',
      type: 'choice',
      choices: SAMPLER_NAMES,
      default: DEFAULT_SAMPLER,
      describe: 'sampler of a sheet',
    },
  },
} as const satisfies Record<Section, Record<string, Field>>;

/** The checked values of one section; fields without a default may be absent. */
export type SectionConfig<S extends Section> = Values<(typeof fields)[S]>;
