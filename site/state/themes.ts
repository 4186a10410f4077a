/** The themes: how a choice is kept in this browser, and how the styles see it. */
import { recall, remember } from './memory.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const recallTheme = (): Theme => recall('theme', THEMES, 'system');

export const rememberTheme = (theme: Theme): void => remember('theme', theme);

export function showTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
}
