/** Light or dark: the system's theme, or the visitor's choice, kept in this browser. */
import { effect, signal } from '@preact/signals';
import { recall, remember } from './state/memory.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(recall('theme', THEMES, 'system'));

/** True while the page is dark: for canvases and plots, which CSS does not colour. */
export const dark = signal(false);

const wish = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(wish?.matches ?? false);
wish?.addEventListener('change', ({ matches }) => {
  systemDark.value = matches;
});

if (wish) {
  effect(() => {
    const chosen = theme.value;
    remember('theme', chosen);
    dark.value = chosen === 'system' ? systemDark.value : chosen === 'dark';
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  });
}
