/**
 * The view and its settings live in the address, after the hash: `#/sample?seed=7&steps=50`. A view of several pages has
 * the page's name as well: `#/learn/guess?t=300`. The host need not know them, a link restores them, and the browser's
 * back and forward buttons step through them.
 */
import { signal } from '@preact/signals';

export const VIEWS = ['sample', 'learn', 'forward', 'game', 'train', 'model'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** What follows the view's name; empty for most views. */
  part: string;
  query: URLSearchParams;
}

/** An address that names no view shows the first. */
export function parseRoute(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#?\/?/, '').split('?');
  const [name, ...parts] = path.replace(/\/+$/, '').split('/');
  const view = VIEWS.find((one) => one === name);
  return { view: view ?? VIEWS[0], part: view ? parts.join('/') : '', query: new URLSearchParams(rest.join('?')) };
}

export type Query = URLSearchParams | Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * @param query entries that are null or undefined are left out.
 * @param part of the view
 */
export function formatRoute(view: View, query: Query = {}, part = ''): string {
  const known = query instanceof URLSearchParams ? [...query] : Object.entries(query).filter(([, v]) => v != null);
  const text = new URLSearchParams(known.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return `#/${view}${part && `/${part}`}${text && `?${text}`}`;
}

const inPage = typeof location !== 'undefined';

export const route = signal<Route>(parseRoute(inPage ? location.hash : ''));

/** Shows a view. `replace` leaves no step for the back button: for settings that change while one moves a slider. */
export function go(
  view: View,
  query?: Query,
  { replace = false, part }: { replace?: boolean; part?: string } = {},
): void {
  const hash = formatRoute(view, query, part);
  if (hash === location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  route.value = parseRoute(hash);
}

/** The full address of a view with its settings, to copy as a link. */
export function linkTo(view: View, query?: Query): string {
  return new URL(formatRoute(view, query), location.href).href;
}

if (inPage) {
  const follow = () => {
    const { view, query, part } = route.value;
    if (formatRoute(view, query, part) !== location.hash) route.value = parseRoute(location.hash);
  };
  addEventListener('popstate', follow);
  addEventListener('hashchange', follow);
}
