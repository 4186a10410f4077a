/** From resolved settings to a plan: the real network and its parameters. */
import { parseSchedulerConfig } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { createModel, initParameters } from '../model/index.ts';
import type { TrainConfig } from './config.ts';
import { completeModel, type ImageTraits } from './links.ts';
import { planTraining, type TrainPlan } from './plan.ts';

/**
 * @param images what the settings may leave to be seen in them.
 * @throws InputError when the network's or the scheduler's settings are wrong.
 */
export function planFromConfig(config: TrainConfig, images: ImageTraits = {}): TrainPlan {
  // Without this tfjs prints advice to install another backend.
  tf.enableProdMode();
  const scheduler = parseSchedulerConfig(config.scheduler);
  const model = createModel(completeModel(config, scheduler.num_train_timesteps, images));
  const [found, size] = model.imageShape;
  const data = { ...config.data, size, channels: found as 1 | 3 };
  const whole: TrainConfig = { ...config, data, model: { ...model.config }, scheduler: { ...scheduler } };
  return planTraining(whole, model, (seed) => initParameters(model, seed));
}
