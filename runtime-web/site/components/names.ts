import type { View } from '../router.ts';

/** The views, as links and titles name them. */
export const VIEW_NAMES: Record<View, string> = {
  sample: 'Sample',
  forward: 'Forward process',
  game: 'Real or synthetic?',
  model: 'Your model',
};
