/** Model cards of networks that were trained here, for tests. */

import { TRAINING_FORMAT, type TrainingFile } from '#base/folders/training-file.ts';
import type { ModelCard } from '#training/folder/model-card.ts';

export interface Trained {
  name?: string;
  data: TrainingFile['data'];
  parameters?: number;
  config?: object;
  metrics?: ModelCard['metrics'];
  limits?: readonly string[];
}

export function trainedCard({ name = 'tiny', data, parameters = 1, config = {}, ...others }: Trained): ModelCard {
  const settings = { ...config };
  return {
    name,
    training: { format: TRAINING_FORMAT, data, settings, parameters },
    parameters,
    metrics: {},
    limits: [],
    ...others,
  };
}
