import type { View } from '../router.ts';

/** The views, as links and titles name them, and as the links do where there is little room. */
export const VIEW_NAMES: Record<View, string> = {
  sample: 'Sample',
  forward: 'Forward process',
  game: 'Real or synthetic?',
  model: 'Your model',
};

export const SHORT_NAMES: Record<View, string> = {
  sample: 'Sample',
  forward: 'Forward',
  game: 'Real or not?',
  model: 'Your model',
};
