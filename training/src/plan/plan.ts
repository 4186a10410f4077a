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
import type { FeatureFile } from '../features/index.ts';
import type { Start } from '../fine-tuning/fit.ts';
import type { DescribedModel } from '../model/described.ts';
import { toldOf } from '../model/told.ts';
import { checkDropout, checkLabels } from '../settings/class-count.ts';
import { checkBeside, checkConditions } from '../settings/conditions.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { Distillation, TrainStep } from '../step/contracts.ts';
import { schedulerOf } from '../step/state.ts';
import { createTrainStep } from '../step/step.ts';
import { reconstructionOf } from './autoencoder.ts';
import { checkFeatures, type Features, featuresFor, notesOnFeatures } from './features.ts';
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
  /** What counts in an autoencoder's loss; undefined where no features do, and before their network is trained. */
  features: Features | undefined;
  /** Those, or fresh ones from the configuration's seed. */
  initialParameters: () => Map<string, Float32Array>;
}

export function planTraining(
  config: TrainConfig,
  model: DescribedModel,
  initialParameters: (seed: number) => Map<string, Float32Array>,
  start?: Start,
  autoencoder?: Autoencoder,
  features?: FeatureFile,
): TrainPlan {
  const scheduler = parseSchedulerConfig(config.scheduler);
  const schedule = makeSchedule(scheduler);
  privacyOf(config, model);
  checkFeatures(model, config);
  if (isStraight(scheduler)) checkStraight(config, scheduler);
  if (config.training.learnSchedule) checkLearnable(config, schedule);
  const distillation = distillationOf(model, config, { scheduler, schedule });
  const plan = {
    config,
    model,
    scheduler,
    schedule,
    distillation,
    step: stepOf(model, config, { scheduler, schedule, distillation, features: undefined }),
    sampleSteps: sampleStepsOf(config, schedule),
    start,
    autoencoder,
    features: undefined,
    initialParameters: () => initialParameters(config.training.seed),
  };
  return features ? withFeatures(plan, features) : plan;
}

/** The plan with a network whose features count. @throws InputError for images that this does not take */
export function withFeatures(plan: TrainPlan, file: FeatureFile): TrainPlan {
  const features = featuresFor(file, plan.model.shape, plan.config);
  const config = { ...plan.config, training: { ...plan.config.training, featureHash: file.hash } };
  return { ...plan, config, features, step: stepOf(plan.model, config, { ...plan, features }) };
}

/** @throws InputError for settings that mean nothing for flow matching. */
function checkStraight({ training, output }: TrainConfig, { invert_sigmas }: SchedulerConfig): void {
  const refuse = (name: string, rule: string, received: unknown): never => {
    throw new InputError(`Cannot train by flow matching: ${name} must be ${rule}, received ${received}.`);
  };
  const { learnSchedule, minSnr } = training;
  if (learnSchedule) refuse('--learn-schedule', 'off, since it bends a schedule of betas', 'true');
  if (minSnr !== null) refuse('--min-snr', 'off: --timestep-sampling logit_normal says which timesteps count', minSnr);
  if (invert_sigmas) refuse('--scheduler.invert_sigmas', 'false, since time runs to noise in training', true);
  if (!LINE_SAMPLERS.includes(output.sampler))
    refuse('--sampler', `one of ${LINE_SAMPLERS.join(', ')}`, output.sampler);
}

/** @throws InputError for settings with which a schedule cannot be learned. */
function checkLearnable({ training }: TrainConfig, { T, alphaBar }: Schedule): void {
  const refuse = (name: string, rule: string, received: unknown): never => {
    throw new InputError(`Cannot learn the schedule: ${name} must be ${rule}, received ${received}.`);
  };
  if (training.loss !== 'l2') refuse('--loss', 'l2 with --learn-schedule', training.loss);
  if (training.timestepSampling !== 'uniform') {
    refuse('--timestep-sampling', 'uniform with --learn-schedule', training.timestepSampling);
  }
  if (training.minSnr !== null) refuse('--min-snr', 'off with --learn-schedule', training.minSnr);
  if (T < 3) refuse('--scheduler.num_train_timesteps', 'at least 3 with --learn-schedule', T);
  if (alphaBar[T - 1] === 0) refuse('--scheduler.rescale_betas_zero_snr', 'false with --learn-schedule', true);
}

/** The plan with the schedule that a training state has learned; the same plan if it learns none. */
export function withLearned(plan: TrainPlan, state: ReadonlyMap<string, Float32Array>): TrainPlan {
  const scheduler = schedulerOf(plan.scheduler, state);
  return scheduler === plan.scheduler ? plan : { ...plan, scheduler, schedule: makeSchedule(scheduler) };
}

function stepOf(
  model: DescribedModel,
  config: TrainConfig,
  {
    scheduler,
    schedule,
    distillation,
    features,
  }: Pick<TrainPlan, 'scheduler' | 'schedule' | 'distillation' | 'features'>,
): TrainStep {
  const { training } = config;
  const privacy = privacyOf(config, model);
  return createTrainStep(model, {
    batch: training.batch,
    accumulate: training.accumulate,
    shape: model.shape,
    told: toldOf(model),
    learnSchedule: training.learnSchedule,
    schedule,
    distillation,
    reconstruction: reconstructionOf(model, config, features),
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
export function checkData(
  { model, config, autoencoder, features }: TrainPlan,
  dataset: Dataset,
  resume: boolean,
): string[] {
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
    ...notesOnFeatures(config, model, features),
    ...(autoencoder ? notesOnLatents(autoencoder, config.data, dataset) : []),
  ];
}
