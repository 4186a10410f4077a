/** Keeps settings in the address: reads them after a link or the back button, and writes them when they change. */
import { effect, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { formatRoute, type Query, type View } from '../state/router.ts';
import { go, route } from '../state/store.ts';
import { toast } from './toast.tsx';

const PAUSE = 250; // ms; browsers refuse to change the address every frame

/** A place of the page, and how its settings are written there. All of it stays as long as the view does. */
interface AddressOptions<Settings> {
  view: View;
  /** Of the view. */
  part?: string;
  settings: ReadonlySignal<Settings>;
  /** @returns what was left aside as well, as it is in the address */
  read: (query: URLSearchParams) => { settings: Settings; aside: string[] };
  format: (settings: Settings) => Query;
  apply: (settings: Settings) => void;
}

export function useAddress<Settings>(options: AddressOptions<Settings>): void {
  const { view, part = '', settings, read, format, apply } = options;
  // Before the first paint, which would show what the link does not ask for.
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isHere = (at: { view: View; part: string }) => at.view === view && at.part === part;
    const ours = () => formatRoute(view, format(settings.peek()), part);
    const reading = effect(() => {
      const { query, ...at } = route.value;
      if (!isHere(at) || query.size === 0 || formatRoute(view, query, part) === ours()) return;
      clearTimeout(timer);
      const { settings: asked, aside } = read(query);
      apply(asked);
      if (aside.length > 0) {
        toast(
          `The link asks for ${aside.join(' and ')}, which is not possible here: the usual value is shown.`,
          'error',
        );
      }
    });
    const writing = effect(() => {
      const query = format(settings.value);
      clearTimeout(timer);
      timer = setTimeout(() => isHere(route.peek()) && go(view, query, { replace: true, part }), PAUSE);
    });
    return () => {
      clearTimeout(timer);
      reading();
      writing();
    };
  }, []);
}
