/** How many images a step takes. */
import type { TrainConfig } from './config-types.ts';

/** Images of an update: one batch, or all whose gradients are averaged. */
export const imagesPerStep = ({ batch, accumulate }: Pick<TrainConfig['training'], 'batch' | 'accumulate'>): number =>
  batch * accumulate;
