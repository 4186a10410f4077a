/**
 * The table of a run's settings: where each stands in the configuration, its flag, rule, default and meaning. The
 * configuration's checks, the command's options and its help are all made from it. The keys of the network and the
 * scheduler are not here: `createModel` and `parseSchedulerConfig` check them.
 */
import { DEFAULT_SAMPLER, LARGEST_GUIDANCE, SAMPLER_NAMES } from '@onnoise/scheduler';
import { showRule, USUAL_STEPS } from '@onnoise/scheduler/model';
import { LR_SCHEDULES, OPTIMIZER_NAMES, TIMESTEP_SAMPLINGS } from '@onnoise/scheduler/training';
import { HUBER_DELTA, LOSS_NAMES } from '../step/loss.ts';
import { augmentFields } from './augment-fields.ts';
import { autoencoderFields } from './autoencoder-fields.ts';
import { dataFields } from './data-fields.ts';
import { ENGINE_KINDS } from './engine-kinds.ts';
import { COUNT, type Field, flagged, POSITIVE, SEED, SHARE, SWITCH, type Values } from './field.ts';
import { privacyFields } from './privacy-fields.ts';

/**
 * More than in sampling: lessons are drawn without fresh noise, and so follow class and numbers less. Measured:
 * docs/notes/2026-11-30-few-calls.md.
 */
export const LESSON_GUIDANCE = 1.3;

/** Calls of a student: with more it gains nothing. */
const MOST_CALLS = 16;

export type Section = 'data' | 'training' | 'output';

/** Fields without a default may be absent. */
export const fields = {
  data: { ...dataFields, ...augmentFields },
  training: flagged({
    epochs: { onResume: 'told', ...COUNT, describe: 'stop after this many passes over the images' },
    steps: { onResume: 'told', ...COUNT, describe: 'stop after this many weight updates' },
    minutes: {
      onResume: 'told',
      ...POSITIVE,
      describe:
        'stop after this many minutes, pictures included; the learning rate follows the clock, so a run cannot be repeated exactly',
    },
    init: {
      onResume: 'fixed',
      type: 'string',
      describe: 'start from the weights, network and scheduler of a model folder or a run',
    },
    initHash: {
      onResume: 'fixed',
      type: 'string',
      describe: 'SHA-256 that the weights of --init must have  [default: recorded in config.json]',
    },
    autoencoder: {
      onResume: 'fixed',
      type: 'string',
      describe: 'folder of an autoencoder, of --preset autoencoder, whose latents the network learns',
    },
    autoencoderHash: {
      onResume: 'fixed',
      type: 'string',
      describe: 'SHA-256 that the autoencoder must have  [default: recorded in config.json]',
    },
    calls: {
      onResume: 'fixed',
      ...COUNT,
      max: MOST_CALLS,
      describe: 'network calls of a picture, which a student learns from the model of --init',
    },
    teacherCalls: {
      onResume: 'fixed',
      ...COUNT,
      describe:
        'steps in which the teacher draws  [default: 10 or a few more, or the calls of a teacher that is a student]',
    },
    teacherIsStudent: {
      onResume: 'fixed',
      ...SWITCH,
      describe: 'the teacher has its guidance built in  [default: whether it is a student, recorded in config.json]',
    },
    teacherGuidance: {
      flag: 'guidance',
      onResume: 'fixed',
      type: 'number',
      min: 0,
      max: LARGEST_GUIDANCE,
      default: LESSON_GUIDANCE,
      describe:
        'guidance of the teacher, which the student then has built in; 1 for none  [of a teacher that is a student: its own]',
    },
    lessons: {
      onResume: 'fixed',
      ...COUNT,
      describe:
        'pictures that the teacher draws for the student  [default: those of a quarter of the minutes, or one for every 8 images of the steps]',
    },
    adversarial: {
      onResume: 'told',
      fixedOff: true,
      type: 'number',
      min: 0,
      default: 0.02,
      describe: 'what the discriminator counts, which judges pictures of a student beside real images; 0 for none',
    },
    conditional: {
      onResume: 'told',
      fixedOff: true,
      type: 'number',
      min: 0,
      default: 0.01,
      describe:
        'what it counts that a reader sees in pictures of a student the class and numbers that are asked for; 0 for none  [of a teacher without --label-dropout: none]',
    },
    batch: {
      onResume: 'fixed',
      ...COUNT,
      default: 32,
      describe: 'images per batch; a step takes --accumulate batches',
    },
    accumulate: {
      onResume: 'fixed',
      ...COUNT,
      default: 1,
      describe: 'average the gradients of this many batches per step: a large batch in the memory of a small one',
    },
    labelDropout: {
      onResume: 'told',
      fixedOff: true,
      ...SHARE,
      default: 0,
      describe: 'share of the images to train on without their label and conditions, which guidance needs; 0 for none',
    },
    lr: { onResume: 'told', ...POSITIVE, default: 2e-4, describe: 'learning rate' },
    lrSchedule: {
      onResume: 'told',
      type: 'choice',
      choices: LR_SCHEDULES,
      default: 'constant',
      describe: 'how the learning rate falls over the run',
    },
    warmupSteps: {
      onResume: 'told',
      type: 'integer',
      min: 0,
      default: 0,
      describe: 'steps over which the learning rate rises from 0',
    },
    loss: {
      onResume: 'fixed',
      type: 'choice',
      choices: LOSS_NAMES,
      default: 'l2',
      describe: 'loss function: mean distance to the target',
    },
    huberDelta: {
      onResume: 'fixed',
      ...POSITIVE,
      default: HUBER_DELTA,
      describe: 'distance at which the huber loss turns from quadratic to linear',
    },
    minSnr: {
      onResume: 'fixed',
      ...POSITIVE,
      off: true,
      default: null,
      describe: 'gamma of the min-SNR weighting of timesteps, such as 5, or off',
    },
    timestepSampling: {
      onResume: 'told',
      type: 'choice',
      choices: TIMESTEP_SAMPLINGS,
      default: 'uniform',
      describe: 'which timesteps to train on: all equally (uniform), or mostly the middle ones (logit_normal)',
    },
    logitMean: {
      onResume: 'told',
      type: 'number',
      min: -10,
      max: 10,
      default: 0,
      describe: 'mean of logit_normal; above 0 prefers more noise',
    },
    logitStd: { onResume: 'told', ...POSITIVE, max: 10, default: 1, describe: 'standard deviation of logit_normal' },
    offsetNoise: {
      onResume: 'told',
      ...SHARE,
      default: 0,
      describe: 'strength of extra noise that is constant within each channel; 0 for none',
    },
    optimizer: {
      onResume: 'fixed',
      type: 'choice',
      choices: OPTIMIZER_NAMES,
      default: 'adamw',
      describe: 'adam adds weight decay to the gradient; muon updates hidden matrices, and adamw the rest',
    },
    beta1: { onResume: 'fixed', ...SHARE, default: 0.9, describe: "Adam's decay rate of the mean gradient" },
    beta2: { onResume: 'fixed', ...SHARE, default: 0.999, describe: "Adam's decay rate of the mean squared gradient" },
    eps: {
      onResume: 'fixed',
      ...POSITIVE,
      default: 1e-8,
      describe: "Adam's epsilon, added to the root of the mean squared gradient",
    },
    weightDecay: { onResume: 'told', type: 'number', min: 0, default: 0, describe: 'weight decay; 0 for none' },
    clipNorm: {
      onResume: 'told',
      ...POSITIVE,
      off: true,
      default: 1,
      describe: 'clip the norm of all gradients together to this, or off',
    },
    emaDecay: {
      onResume: 'told',
      fixedOff: true,
      ...SHARE,
      off: true,
      default: 0.9999,
      describe: 'decay of the moving average of the weights, or off',
    },
    zeroInit: {
      onResume: 'fixed',
      ...SWITCH,
      describe: 'start the last layer of each residual block, and of the network, at zero',
    },
    seed: { ...SEED, describe: 'seed of the weights, the order of the images, the noise and the pictures' },
    engine: {
      onResume: 'told',
      type: 'choice',
      choices: ENGINE_KINDS,
      default: 'auto',
      describe: 'what runs the training step; auto takes tfjs-node-gpu if that sees a GPU, otherwise onnxruntime',
    },
    allowCpu: { onResume: 'free', ...SWITCH, describe: 'let tfjs-node-gpu run on the CPU if it sees no GPU' },
    tf32: {
      onResume: 'told',
      type: 'boolean',
      default: true,
      describe: 'let a GPU use TensorFloat-32, which rounds factors to 10 bits',
    },
    ...autoencoderFields,
    ...privacyFields,
  }),
  output: flagged({
    checkpointEvery: {
      onResume: 'free',
      ...COUNT,
      off: true,
      default: 1000,
      describe: 'steps between checkpoints, or off for only one at the end',
    },
    keep: { onResume: 'free', ...COUNT, default: 3, describe: 'number of checkpoints to keep' },
    sampleEvery: {
      onResume: 'free',
      ...COUNT,
      off: true,
      default: 2000,
      describe: 'steps between sheets of samples, or off for only one at the end',
    },
    sampleCount: { onResume: 'told', type: 'integer', min: 1, max: 1024, default: 16, describe: 'images on a sheet' },
    sampleSteps: {
      onResume: 'told',
      ...COUNT,
      describe: `sampling steps for a sheet  [default: ${USUAL_STEPS}, at most timesteps - 1]`,
    },
    sampler: {
      onResume: 'told',
      type: 'choice',
      choices: SAMPLER_NAMES,
      default: DEFAULT_SAMPLER,
      describe: 'sampler for a sheet',
    },
    show: {
      onResume: 'told',
      type: 'string',
      rule: showRule,
      describe:
        'channels that sheets show, by name or number: one in gray, as flair or 2, or three as red, green and blue, as flair,t1,t2  [default: the first; red, green and blue if it has them]',
    },
    tensorboard: {
      onResume: 'free',
      ...SWITCH,
      describe: 'also write the metrics and sheets as event files for TensorBoard',
    },
  }),
} as const satisfies Record<Section, Record<string, Field>>;

/** The checked values of one section; fields without a default may be absent. */
export type SectionConfig<S extends Section> = Values<(typeof fields)[S]>;
