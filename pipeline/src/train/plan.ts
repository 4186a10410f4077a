/** Turns a configuration and the images into all parts of a run, before any long work starts. */
import {
  type ConditionSpec,
  type ImageShape,
  InputError,
  makeSchedule,
  parseSchedulerConfig,
  type Schedule,
  type SchedulerConfig,
  usualSteps,
} from '@onnoise/scheduler';
import type { Dataset } from '../data/index.ts';
import { checkConditions } from './conditions.ts';
import type { TrainConfig } from './config.ts';
import type { TrainableModel, TrainStep } from './contracts.ts';
import { checkDropout, checkLabels } from './labels.ts';
import { createTrainStep } from './step.ts';

/** A network, and the facts about it that training needs beside its function. */
export interface PlannedModel extends TrainableModel {
  /** [C, H, W] */
  shape: ImageShape;
  /** Without the null class; null without classes. */
  classCount: number | null;
  /** Whether it is trained without a condition too. With classes, class `classCount` is then the null class. */
  nullCondition: boolean;
  /** The numbers that it is conditional on. */
  conditions: readonly ConditionSpec[];
  /** T: timesteps are whole numbers in 0..T-1. */
  timestepCount: number;
}

export interface TrainPlan {
  config: TrainConfig;
  model: PlannedModel;
  scheduler: SchedulerConfig;
  schedule: Schedule;
  step: TrainStep;
  /** Sampling steps of the pictures, at most T. */
  sampleSteps: number;
  /** Fresh parameters, from the configuration's seed. */
  initialParameters: () => Map<string, Float32Array>;
}

export function planTraining(
  config: TrainConfig,
  model: PlannedModel,
  initialParameters: (seed: number) => Map<string, Float32Array>,
): TrainPlan {
  const scheduler = parseSchedulerConfig(config.scheduler);
  const schedule = makeSchedule(scheduler);
  return {
    config,
    model,
    scheduler,
    schedule,
    step: stepOf(model, config, { scheduler, schedule }),
    sampleSteps: sampleStepsOf(config.output, schedule),
    initialParameters: () => initialParameters(config.training.seed),
  };
}

function stepOf(
  model: PlannedModel,
  { training }: TrainConfig,
  { scheduler, schedule }: Pick<TrainPlan, 'scheduler' | 'schedule'>,
): TrainStep {
  return createTrainStep(model, {
    batch: training.batch,
    shape: model.shape,
    conditional: model.classCount !== null,
    conditions: model.conditions.length,
    schedule,
    predictionType: scheduler.prediction_type,
    loss: training.loss,
    optimizer: training.optimizer,
    betas: [training.beta1, training.beta2],
    eps: training.eps,
    weightDecay: training.weightDecay,
    clipNorm: training.clipNorm,
    ema: training.emaDecay !== null,
  });
}

function sampleStepsOf({ sampleSteps }: TrainConfig['output'], { T }: Schedule): number {
  if (sampleSteps === undefined) return usualSteps({ num_train_timesteps: T });
  if (sampleSteps <= T) return sampleSteps;
  throw new InputError(
    `Cannot start training: --sample-steps must be at most the ${T} timesteps, received ${sampleSteps}.`,
  );
}

/** The same plan with other output settings. */
export function withOutput(plan: TrainPlan, output: TrainConfig['output']): TrainPlan {
  return { ...plan, config: { ...plan.config, output }, sampleSteps: sampleStepsOf(output, plan.schedule) };
}

/** The same plan with `batch` images per step. */
export function withBatch(plan: TrainPlan, batch: number): TrainPlan {
  const config = { ...plan.config, training: { ...plan.config.training, batch } };
  return { ...plan, config, step: stepOf(plan.model, config, plan) };
}

/**
 * @param resume whether a run continues, which keeps its classes.
 * @returns notes on the labels, one sentence each.
 * @throws InputError when the shape or the labels of the images do not suit the network.
 */
export function checkData({ model, config }: TrainPlan, dataset: Dataset, resume: boolean): string[] {
  const { channels, height, width } = dataset;
  if ([channels, height, width].join() !== model.shape.join()) {
    const [wanted, received] = [model.shape, [channels, height, width]].map((shape) => shape.join(' x '));
    throw new InputError(
      `Cannot start training: the images must be ${wanted} as the network takes them, received ${received} (--size and --channels say which).`,
    );
  }
  checkDropout(config.training, model, dataset.classNames);
  checkConditions(model.conditions, dataset.conditions?.names);
  return checkLabels(model.classCount, dataset, resume);
}
