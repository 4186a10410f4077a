import type { View } from '../router.ts';

/** The views' names in links and titles; below, shorter ones for links on narrow screens. */
export const VIEW_NAMES: Record<View, string> = {
  sample: 'Sample',
  forward: 'Forward process',
  game: 'Real or synthetic?',
  train: 'Train',
  model: 'Your model',
};

export const SHORT_NAMES: Record<View, string> = {
  sample: 'Sample',
  forward: 'Forward',
  game: 'Real or not?',
  train: 'Train',
  model: 'Your model',
};
