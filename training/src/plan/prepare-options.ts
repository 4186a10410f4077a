/** The images of a run, as its settings name them. */
import type { PrepareOptions } from '../data/set/types.ts';
import type { TrainConfig } from '../settings/config-types.ts';
import type { PlanDraft } from './resolve.ts';

/** The settings as options of `prepareDataset`; without `channels` it detects them. */
export const prepareOptions = ({ plan, open }: PlanDraft): PrepareOptions => imagesOf(plan.config, open.channels);

/** The images of a run. @param detect whether its settings leave the channels open */
export function imagesOf({ data, training }: TrainConfig, detect = false): PrepareOptions {
  const { source, channels, flip, rotate, translate, scale, contrast, ...images } = data;
  return { ...images, data: source!, size: data.size!, ...(!detect && { channels }), seed: training.seed };
}
