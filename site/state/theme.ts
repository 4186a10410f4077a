/** Light or dark: the system's theme, or the visitor's choice, kept in this browser. */
import { effect, signal } from '@preact/signals';
import { recallTheme, rememberTheme, showTheme, type Theme, whenSystemChanges } from './themes.ts';

export { THEMES } from './themes.ts';

export const theme = signal<Theme>(recallTheme());

if (typeof document !== 'undefined') {
  effect(() => {
    rememberTheme(theme.value);
    showTheme(theme.value);
  });
  whenSystemChanges(() => showTheme(theme.peek()));
}
