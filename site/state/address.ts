/**
 * Addresses as text: a view and its settings after the hash, `#/sample?seed=7&steps=50`. A view of several pages has the
 * page's name as well: `#/learn/guess?t=300`.
 */

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

/** Whether an address shows the first view with the settings that it has at first: what the build writes into the page. */
export function isFirst(hash: string): boolean {
  const { view, query } = parseRoute(hash);
  return view === VIEWS[0] && query.size === 0;
}
