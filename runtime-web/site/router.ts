/**
 * The view and its settings live in the address, after the hash: `#/sample?seed=7&steps=50`. The host need not know
 * them, a link restores them, and the browser's back and forward buttons step through them.
 */
import { signal } from '@preact/signals';

export const VIEWS = ['sample', 'forward', 'game', 'train', 'model'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  query: URLSearchParams;
}

/** An address that names no view shows the first. */
export function parseRoute(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#?\/?/, '').split('?');
  const view = VIEWS.find((name) => name === path.replace(/\/+$/, '')) ?? VIEWS[0];
  return { view, query: new URLSearchParams(rest.join('?')) };
}

export type Query = URLSearchParams | Readonly<Record<string, string | number | boolean | null | undefined>>;

/** @param query entries that are null or undefined are left out. */
export function formatRoute(view: View, query: Query = {}): string {
  const known = query instanceof URLSearchParams ? [...query] : Object.entries(query).filter(([, v]) => v != null);
  const text = new URLSearchParams(known.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return `#/${view}${text && `?${text}`}`;
}

const inPage = typeof location !== 'undefined';

export const route = signal<Route>(parseRoute(inPage ? location.hash : ''));

/** Shows a view. `replace` leaves no step for the back button: for settings that change while one moves a slider. */
export function go(view: View, query?: Query, { replace = false }: { replace?: boolean } = {}): void {
  const hash = formatRoute(view, query);
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
    if (formatRoute(route.value.view, route.value.query) !== location.hash) route.value = parseRoute(location.hash);
  };
  addEventListener('popstate', follow);
  addEventListener('hashchange', follow);
}
