/** The flat form of a step, for engines that keep its state on a device. */
import { createModel } from '../../model/index.ts';
import type { TrainStep } from '../../step/contracts.ts';
import { createFlatStep, type FlatStep } from '../../step/flat-step.ts';

/** @throws InputError for settings that a flat step does not have */
export function flatOf({ recipe }: TrainStep): FlatStep {
  if (!recipe) throw new Error('a step without settings has no flat form');
  return createFlatStep(createModel(recipe.model), recipe.options);
}
