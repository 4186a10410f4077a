/** How many images a step takes. */
import type { TrainConfig } from './config-types.ts';

/** Images of an update: one batch, or all whose gradients are averaged. */
export const imagesPerStep = ({ batch, accumulate }: Pick<TrainConfig['training'], 'batch' | 'accumulate'>): number =>
  batch * accumulate;

/** Images of one call of the network, for pictures of a run: enough for good speed, few enough for little memory. */
export const PREVIEW_BATCH = 16;
