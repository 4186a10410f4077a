/** Turns a configuration and the images into all parts of a run, before any long work starts. */
import {
  InputError,
  isStraight,
  LINE_SAMPLERS,
  makeSchedule,
  parseSchedulerConfig,
  type Schedule,
  type SchedulerConfig,
} from '@onnoise/scheduler';
import { pictureShapeOf, shownOf, usualSampling } from '@onnoise/scheduler/model';
import type { Autoencoder } from '../autoencoder/index.ts';
import type { Dataset } from '../data/index.ts';
import type { Start } from '../fine-tuning/fit.ts';
import type { DescribedModel } from '../model/described.ts';
import { toldOf } from '../model/told.ts';
import { checkDropout, checkLabels } from '../settings/class-count.ts';
import { checkBeside, checkConditions } from '../settings/conditions.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { Distillation, TrainStep } from '../step/contracts.ts';
import { createTrainStep } from '../step/step.ts';
import { reconstructionOf } from './autoencoder.ts';
import { notesOnLatents } from './latents.ts';
import { noteOnNarrow } from './narrow.ts';
import { privacyOf } from './private.ts';
import { distillationOf } from './teacher.ts';

export interface TrainPlan {
  config: TrainConfig;
  model: DescribedModel;
  scheduler: SchedulerConfig;
  schedule: Schedule;
  step: TrainStep;
  /** What a student learns; undefined for a run that learns from noise. */
  distillation: Distillation | undefined;
  /** Sampling steps of the pictures, at most T. */
  sampleSteps: number;
  /** The weights to start from, if they were read: a run that continues needs none. */
  start: Start | undefined;
  /** Whose latents the network learns; undefined where it learns pictures. */
  autoencoder: Autoencoder | undefined;
  /** Those, or fresh ones from the configuration's seed. */
  initialParameters: () => Map<string, Float32Array>;
}

export function planTraining(
  config: TrainConfig,
  model: DescribedModel,
  initialParameters: (seed: number) => Map<string, Float32Array>,
  start?: Start,
  autoencoder?: Autoencoder,
): TrainPlan {
  const scheduler = parseSchedulerConfig(config.scheduler);
  const schedule = makeSchedule(scheduler);
  privacyOf(config, model);
  if (isStraight(scheduler)) checkStraight(config, scheduler);
  const distillation = distillationOf(model, config, { scheduler, schedule });
  return {
    config,
    model,
    scheduler,
    schedule,
    distillation,
    step: stepOf(model, config, { scheduler, schedule, distillation }),
    sampleSteps: sampleStepsOf(config, schedule),
    start,
    autoencoder,
    initialParameters: () => initialParameters(config.training.seed),
  };
}

/** @throws InputError for settings that mean nothing for flow matching. */
function checkStraight({ training, output }: TrainConfig, { invert_sigmas }: SchedulerConfig): void {
  const refuse = (name: string, rule: string, received: unknown): never => {
    throw new InputError(`Cannot train by flow matching: ${name} must be ${rule}, received ${received}.`);
  };
  const { minSnr } = training;
  if (minSnr !== null) refuse('--min-snr', 'off: --timestep-sampling logit_normal says which timesteps count', minSnr);
  if (invert_sigmas) refuse('--scheduler.invert_sigmas', 'false, since time runs to noise in training', true);
  if (!LINE_SAMPLERS.includes(output.sampler))
    refuse('--sampler', `one of ${LINE_SAMPLERS.join(', ')}`, output.sampler);
}

function stepOf(
  model: DescribedModel,
  config: TrainConfig,
  { scheduler, schedule, distillation }: Pick<TrainPlan, 'scheduler' | 'schedule' | 'distillation'>,
): TrainStep {
  const { training } = config;
  const privacy = privacyOf(config, model);
  return createTrainStep(model, {
    batch: training.batch,
    accumulate: training.accumulate,
    shape: model.shape,
    told: toldOf(model),
    schedule,
    distillation,
    reconstruction: reconstructionOf(model, config),
    predictionType: scheduler.prediction_type,
    loss: training.loss,
    huberDelta: training.huberDelta,
    minSnr: training.minSnr,
    optimizer: training.optimizer,
    betas: [training.beta1, training.beta2],
    eps: training.eps,
    weightDecay: training.weightDecay,
    // Noise makes the norm of the sum; what is clipped is each image.
    clipNorm: privacy ? null : training.clipNorm,
    ema: training.emaDecay !== null,
    ...(privacy && { privacy }),
  });
}

function sampleStepsOf(
  { output: { sampleSteps }, training }: Pick<TrainConfig, 'output' | 'training'>,
  { T }: Schedule,
): number {
  if (training.calls !== undefined) return training.calls;
  if (sampleSteps === undefined) return usualSampling({ scheduler: { num_train_timesteps: T } }).steps;
  if (sampleSteps <= T) return sampleSteps;
  throw new InputError(
    `Cannot start training: --sample-steps must be at most the ${T} timesteps, received ${sampleSteps}.`,
  );
}

/** The same plan with other output settings. */
export function withOutput(plan: TrainPlan, output: TrainConfig['output']): TrainPlan {
  const config = { ...plan.config, output };
  return { ...plan, config, sampleSteps: sampleStepsOf(config, plan.schedule) };
}

/** The same plan with `batch` images per step. */
export function withBatch(plan: TrainPlan, batch: number): TrainPlan {
  const config = { ...plan.config, training: { ...plan.config.training, batch } };
  return { ...plan, config, step: stepOf(plan.model, config, plan) };
}

/**
 * @param resume whether a run continues, which keeps its classes.
 * @returns notes on the labels and the network, one sentence each.
 * @throws InputError when the shape or the labels of the images do not suit the network.
 */
export function checkData({ model, config, autoencoder }: TrainPlan, dataset: Dataset, resume: boolean): string[] {
  const { channels, height, width } = dataset;
  const shape = pictureShapeOf(model);
  if ([channels, height, width].join() !== shape.join()) {
    const [wanted, received] = [shape, [channels, height, width]].map((sides) => sides.join(' x '));
    throw new InputError(
      `Cannot start training: the images must be ${wanted} as the network takes them, received ${received} (--size and --channels say which).`,
    );
  }
  shownOf('start training', { shape, channelNames: dataset.channelNames, show: config.output.show });
  checkDropout(config.training, model, dataset.classNames);
  checkConditions(model.conditions, dataset.conditions?.names);
  checkBeside(model, dataset.beside);
  return [
    ...checkLabels(model.classCount, dataset, resume),
    ...noteOnNarrow(config, model),
    ...(autoencoder ? notesOnLatents(autoencoder, config.data, dataset) : []),
  ];
}
