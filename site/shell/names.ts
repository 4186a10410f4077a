import type { Route, View } from '../state/router.ts';
import { findChapter, SHEET } from '../views/learn/chapters.ts';

/** The views' names in links and titles; below, shorter ones for links on narrow screens. */
export const VIEW_NAMES: Record<View, string> = {
  sample: 'Sample',
  learn: 'Learn',
  forward: 'Forward process',
  game: 'Real or synthetic?',
  train: 'Train',
  model: 'Your model',
};

export const SHORT_NAMES: Record<View, string> = {
  sample: 'Sample',
  learn: 'Learn',
  forward: 'Forward',
  game: 'Real or not?',
  train: 'Train',
  model: 'Model',
};

/** The name of what an address shows: a chapter's or a page's, else the view's. */
export function titleOf({ view, part }: Pick<Route, 'view' | 'part'>): string {
  const shown = part === SHEET.id ? SHEET : findChapter(part);
  return (view === 'learn' && shown?.title) || VIEW_NAMES[view];
}
