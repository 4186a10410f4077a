/**
 * The view and its settings live in the address, after the hash (address.ts). The host need not know them, a link restores
 * them, and the browser's back and forward buttons step through them.
 */
import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Query, type Route, type View } from './address.ts';

export {
  formatRoute,
  parseRoute,
  type Query,
  type Route,
  VIEWS,
  type View,
} from './address.ts';

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
