/** Turns resolved settings into a plan: the real network and its parameters. */
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { pictureShapeOf, pictureSizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import type { Autoencoder } from '../autoencoder/index.ts';
import { isPatterns } from '../data/set/channel-patterns.ts';
import { fitParameters, type Start } from '../fine-tuning/fit.ts';
import type { DescribedModel } from '../model/described.ts';
import { createModel, initParameters, type Model } from '../model/index.ts';
import { toldOf } from '../model/told.ts';
import { classesOf } from '../settings/class-count.ts';
import { widenedConditions } from '../settings/conditions.ts';
import type { TrainConfig } from '../settings/config.ts';
import { completeModel, type ImageTraits } from '../settings/links.ts';
import { picturesOf } from './latents.ts';
import { planTraining, type TrainPlan } from './plan.ts';

/** Settings that give way to the images; undefined where a layer above has the last word. */
export interface Yielding {
  /** A preset's. */
  classes?: number | undefined;
  labelDropout?: number | undefined;
  /** Those of the weights to start from, which know pictures without any, too. */
  conditions?: boolean | undefined;
}

/** A plan before the images are known. */
export interface PlanDraft {
  /** The plan so far. If open, it has no classes and the network's default channels. */
  plan: TrainPlan;
  /** What the settings leave for the images to show. */
  open: { classes: boolean; channels: boolean };
  /** The settings, without those that are open. */
  config: TrainConfig;
  start: Start | undefined;
  yielding: Yielding;
  /** Whose latents the network learns. */
  autoencoder: Autoencoder | undefined;
}

/**
 * @param start weights to start from
 * @param yielding default: nothing gives way
 * @throws InputError when the network's or the scheduler's settings are wrong, or the weights do not fit the network.
 */
export function draftPlan(
  given: TrainConfig,
  start?: Start,
  yielding: Yielding = {},
  autoencoder?: Autoencoder,
): PlanDraft {
  const { num_class_embeds: _, ...model } = given.model;
  const config = yielding.classes === undefined ? given : { ...given, model };
  const open = {
    classes: config.model.num_class_embeds === undefined,
    channels: config.data.channels === undefined,
  };
  const begun = open.classes || open.channels ? undefined : start;
  const plan = planFromConfig(config, {}, begun, yielding, autoencoder);
  return { plan, open, config, start, yielding, autoencoder };
}

/** The plan for these images: the draft's own, unless they settle something that was open. */
export function completePlan(draft: PlanDraft, images: ImageTraits): TrainPlan {
  if (losesConditions(draft, images)) {
    const { null_condition: _, ...model } = draft.config.model;
    const config = { ...draft.config, model: { ...model, num_class_embeds: null, conditions: [] } };
    return planFromConfig(config, images, draft.start, draft.yielding, draft.autoencoder);
  }
  const { plan, open, config, start, yielding, autoencoder } = draft;
  const classes = open.classes ? classesOf(images.classNames) : plan.model.classCount;
  const channels = open.channels ? images.channels : undefined;
  const widened = start && widenedConditions(plan.model.conditions, images.conditions, images.train);
  const settings = widened ? { ...config, model: { ...config.model, conditions: widened } } : config;
  const suits = !widened && (images.conditions === undefined || plan.model.conditions.length > 0);
  const now = pictureShapeOf(plan.model)[0];
  const known = suits && images.beside === undefined && classes === plan.model.classCount && (channels ?? now) === now;
  const whole = known && plan.start === start;
  return whole ? plan : planFromConfig(settings, images, start, yielding, autoencoder);
}

/** Whether the network leaves out the conditions of the weights that it starts from, since the images have none. */
const losesConditions = ({ plan, yielding }: PlanDraft, { classNames, conditions }: ImageTraits): boolean =>
  yielding.conditions === true && plan.model.nullCondition && classesOf(classNames) === null && !conditions;

/**
 * The plan when settings and images are both known.
 * @param images traits that the settings may leave open.
 * @param start weights to start from
 * @param yielding a preset's label dropout is off for a network that is conditional on nothing
 * @throws InputError when the network's or the scheduler's settings are wrong, or the weights do not fit the network.
 */
export function planFromConfig(
  config: TrainConfig,
  images: ImageTraits = {},
  start?: Start,
  yielding: Yielding = {},
  autoencoder?: Autoencoder,
): TrainPlan {
  const { model, whole: completed } = completeConfig(config, images, autoencoder);
  const drops = toldOf(model).length > 0 || yielding.labelDropout === undefined;
  const whole = drops ? completed : { ...completed, training: { ...completed.training, labelDropout: 0 } };
  const fresh = (seed: number) => initParameters(model, seed, config.training.zeroInit);
  if (!start) return planTraining(whole, model, fresh, undefined, autoencoder);
  fitParameters(start, model);
  return planTraining(whole, model, () => fitParameters(start, model), start, autoencoder);
}

/** The network of a configuration, and the configuration completed with everything that the network settles. */
export function completeConfig(
  config: TrainConfig,
  images: ImageTraits = {},
  autoencoder?: Autoencoder,
): { model: DescribedModel & Model; whole: TrainConfig } {
  // Without this tfjs prints advice to install another backend.
  tf.enableProdMode();
  const scheduler = parseSchedulerConfig(config.scheduler);
  const network = createModel(completeModel(config, scheduler.num_train_timesteps, images));
  const pictures = picturesOf(autoencoder, network.shape);
  const model = pictures ? { ...network, autoencoder: pictures } : network;
  const [, height, width] = pictureShapeOf(model);
  const size = pictureSizeOf({ width, height });
  const { channels } = config.data;
  const own = { size, channels: isPatterns(channels) ? channels : pictureShapeOf(model)[0] };
  // Of latents whose autoencoder is not there, the settings alone know the pictures.
  const data = { ...config.data, ...(config.training.autoencoder === undefined || pictures ? own : {}) };
  return { model, whole: { ...config, data, model: { ...model.config }, scheduler: { ...scheduler } } };
}
