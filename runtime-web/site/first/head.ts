/**
 * Runs inside index.html's head, before anything is painted: what is written into the page is one view in one theme, so a
 * visitor of another view, or with a theme of choice, must not see a flash of it; nor does anybody before first/body.ts has
 * given the pictures their size. See build/first-view.ts.
 */
import { isFirst } from '../address.ts';
import { recallTheme, showTheme } from '../state/themes.ts';

document.documentElement.dataset.first = isFirst(location.hash) ? 'parsed' : 'hidden';
showTheme(recallTheme());
