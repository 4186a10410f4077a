/** Light or dark: the system's theme, or the visitor's choice, kept in this browser. */
import { effect, signal } from '@preact/signals';
import { recallTheme, rememberTheme, showTheme, type Theme } from './themes.ts';

export { THEMES, type Theme } from './themes.ts';

export const theme = signal<Theme>(recallTheme());

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
    rememberTheme(chosen);
    dark.value = chosen === 'system' ? systemDark.value : chosen === 'dark';
    showTheme(chosen);
  });
}
