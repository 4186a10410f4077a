/** The network whose features count in the loss of an autoencoder, where it is trained on the images first. */
import { refuse } from '@onnoise/scheduler/rules';
import type { Dataset } from '../data/index.ts';
import { readFeatureFile } from '../features/index.ts';
import { requireHash } from '../plan/features.ts';
import { type TrainPlan, withFeatures } from '../plan/plan.ts';
import type { TrainHooks } from './run-state.ts';

/**
 * @returns the plan with features, where they count
 * @throws InputError where nothing trains a network, and for another network than the run began with
 */
export async function learnFeatures(plan: TrainPlan, dataset: Dataset, hooks: TrainHooks): Promise<TrainPlan> {
  const { featureWeight, featureHash } = plan.config.training;
  if (featureWeight === 0 || plan.features) return plan;
  if (!hooks.trainFeatures) {
    refuse('start training', '--feature-model', 'an ONNX file where nothing trains a network of features', undefined);
  }
  const { name, bytes } = await hooks.trainFeatures(dataset);
  const file = await readFeatureFile(name, bytes);
  requireHash(file, featureHash);
  return withFeatures(plan, file);
}
