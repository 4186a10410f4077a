import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), summary';

/** When an element goes while the focus is in it, what is nearest in the page takes the focus. */
export function usePassFocus(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const gone = element.current;
    return () => {
      if (!gone?.contains(document.activeElement)) return;
      const around: HTMLElement[] = [];
      for (let at = gone.parentElement; at?.closest('main'); at = at.parentElement) around.push(at);
      queueMicrotask(() => {
        if (document.activeElement !== document.body) return;
        for (const place of around.filter(({ isConnected }) => isConnected)) {
          const near = [...place.querySelectorAll<HTMLElement>(FOCUSABLE)].find((one) => one.checkVisibility());
          const next = near ?? (place.tagName === 'MAIN' ? place : undefined);
          if (next) return next.focus();
        }
      });
    };
  }, []);
}
