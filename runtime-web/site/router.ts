/**
 * The view and its settings live in the address, behind the hash: `#/sample?seed=7&steps=50`. No host has to know of them,
 * a link brings them back, and the browser's back and forward walk through them.
 */
import { signal } from '@preact/signals';

export const VIEWS = ['sample', 'forward', 'game', 'model'] as const;
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

/** @param query what is null or undefined is left out. */
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

/** The address of a view with its settings, whole: for a link to copy. */
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
