/** The themes: how a choice is kept in this browser, and how the styles see it. */
import { recall, remember } from './memory.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const recallTheme = (): Theme => recall('theme', THEMES, 'system');

export const rememberTheme = (theme: Theme): void => remember('theme', theme);

const system = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');

/** Shows it to the styles. */
export function showTheme(theme: Theme): void {
  const dark = theme === 'system' ? system?.matches : theme === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export const whenSystemChanges = (then: () => void): void => system?.addEventListener('change', then);
