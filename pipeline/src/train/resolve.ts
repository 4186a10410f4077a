/** From resolved settings to a plan: the real network and its parameters. */
import { parseSchedulerConfig } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { createModel, initParameters, type Model } from '../model/index.ts';
import type { TrainConfig } from './config.ts';
import { classesOf } from './labels.ts';
import { completeModel, type ImageTraits } from './links.ts';
import { planTraining, type TrainPlan } from './plan.ts';

/** A plan before the images are known. */
export interface PlanDraft {
  /** As far as it is known: without classes and with the network's usual channels, where these are open. */
  plan: TrainPlan;
  /** What the settings leave to be seen in the images. */
  open: { classes: boolean; channels: boolean };
  /** The settings, with what is open left out. */
  config: TrainConfig;
}

/** @throws InputError when the network's or the scheduler's settings are wrong. */
export function draftPlan(config: TrainConfig): PlanDraft {
  const open = {
    classes: config.model.num_class_embeds === undefined,
    channels: config.data.channels === undefined,
  };
  return { plan: planFromConfig(config), open, config };
}

/** The plan for these images: that of the draft, unless they show something that was open. */
export function completePlan({ plan, open, config }: PlanDraft, images: ImageTraits): TrainPlan {
  const classes = open.classes ? classesOf(images.classNames) : plan.model.classCount;
  const channels = open.channels ? images.channels : undefined;
  const known = classes === plan.model.classCount && (channels ?? plan.model.shape[0]) === plan.model.shape[0];
  return known ? plan : planFromConfig(config, images);
}

/**
 * For settings and images that are known together.
 * @param images what the settings may leave to be seen in them.
 * @throws InputError when the network's or the scheduler's settings are wrong.
 */
export function planFromConfig(config: TrainConfig, images: ImageTraits = {}): TrainPlan {
  const { model, whole } = completeConfig(config, images);
  return planTraining(whole, model, (seed) => initParameters(model, seed));
}

/** The network of a configuration, and the configuration with everything in it that the network settles. */
export function completeConfig(config: TrainConfig, images: ImageTraits = {}): { model: Model; whole: TrainConfig } {
  // Without this tfjs prints advice to install another backend.
  tf.enableProdMode();
  const scheduler = parseSchedulerConfig(config.scheduler);
  const model = createModel(completeModel(config, scheduler.num_train_timesteps, images));
  const [found, size] = model.shape;
  const data = { ...config.data, size, channels: found as 1 | 3 };
  return { model, whole: { ...config, data, model: { ...model.config }, scheduler: { ...scheduler } } };
}
