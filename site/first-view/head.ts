/**
 * Runs inside index.html's head, before anything is painted. What is written into the page is one view in one theme, so a
 * visitor of another view, or with a theme of choice, must not see a flash of it; nor does anybody before first-view/body.ts has
 * given the pictures their size. What the view of the address needs is fetched beside the page's own script, not after it: a
 * round trip less, or two. See build/first-view.ts.
 */
import { isFirst, parseRoute } from '../state/address.ts';
import { recallTheme, showTheme } from '../state/themes.ts';

/** Files that index.html does not name, and which of them each view needs, by its name. The build writes both. */
declare const FILES: readonly string[];
declare const VIEW_FILES: Partial<Record<string, readonly number[]>>;

function fetchEarly(file: string): void {
  const link = document.createElement('link');
  if (file.endsWith('.css')) {
    link.rel = 'preload';
    link.as = 'style';
  } else link.rel = 'modulepreload';
  link.crossOrigin = '';
  link.href = `./${file}`;
  document.head.append(link);
}

document.documentElement.dataset.first = isFirst(location.hash) ? 'parsed' : 'hidden';
showTheme(recallTheme());
const { view, part } = parseRoute(location.hash);
for (const n of new Set([view, `${view}/${part}`].flatMap((name) => VIEW_FILES[name] ?? []))) fetchEarly(FILES[n]!);
