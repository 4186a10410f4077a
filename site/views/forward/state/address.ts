/** Keeps the settings in the address: reads it after a link or the back button, and writes it when they change. */
import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { toast } from '../../../components/toast.tsx';
import { formatRoute } from '../../../state/router.ts';
import { go, route } from '../../../state/store.ts';
import { formatSettings, readSettings } from './settings.ts';
import { applySettings, settings } from './state.ts';

const PAUSE = 250; // ms; browsers refuse to change the address every frame

export function useAddress(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ours = () => formatRoute('forward', formatSettings(settings.peek()));
    const read = effect(() => {
      const { view, query } = route.value;
      if (view !== 'forward' || query.size === 0 || formatRoute(view, query) === ours()) return;
      clearTimeout(timer);
      const { settings, aside } = readSettings(query);
      applySettings(settings);
      if (aside.length > 0) {
        toast(
          `The link asks for ${aside.join(' and ')}, which is not possible here: the usual value is shown.`,
          'error',
        );
      }
    });
    const write = effect(() => {
      const query = formatSettings(settings.value);
      clearTimeout(timer);
      timer = setTimeout(() => route.peek().view === 'forward' && go('forward', query, { replace: true }), PAUSE);
    });
    return () => {
      clearTimeout(timer);
      read();
      write();
    };
  }, []);
}
