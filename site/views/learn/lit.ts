/**
 * A symbol and what it names light up together: point at x_t in a formula, and the noisy picture is framed; point at the
 * picture, and x_t is marked wherever it stands. Symbols carry their name in `data-symbol`. A picture belongs to the symbol
 * that stands in its caption.
 */
import { signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** The name of the symbol that is lit. */
export const lit = signal<string | undefined>(undefined);

/** What lights up with it, as rules: elements are drawn anew while it is lit. */
function rulesFor(name: string): string {
  const symbol = `[data-symbol="${name.replaceAll(/["\\]/g, '\\$&')}"]`;
  return `${symbol}, figure:has(> figcaption ${symbol}) > .learn-panel-frame {
    background: var(--accent-soft); outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 3px;
  }
  svg ${symbol} { stroke: var(--accent); stroke-width: 3px; }
  svg text${symbol} { stroke: none; fill: var(--accent); font-weight: 700; }`;
}

/** The symbol at a place, or the one that the picture there is named by. */
function nameAt(target: EventTarget | null): string | undefined {
  if (!(target instanceof Element)) return undefined;
  const own = target.closest('[data-symbol]');
  if (own) return own.getAttribute('data-symbol')!;
  const named = target.closest('figure')?.querySelectorAll('figcaption [data-symbol]');
  const names = new Set([...(named ?? [])].map((element) => element.getAttribute('data-symbol')!));
  return names.size === 1 ? [...names][0] : undefined; // a picture of a formula belongs to none of its symbols
}

/** Lights what the pointer or the focus is at, within a place. */
export function useLit(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = place.current!;
    const sheet = new CSSStyleSheet();
    const others = () => document.adoptedStyleSheets.filter((one) => one !== sheet);
    document.adoptedStyleSheets = [...others(), sheet];
    const show = (name: string | undefined) => {
      if (name === lit.peek()) return;
      lit.value = name;
      sheet.replaceSync(name === undefined ? '' : rulesFor(name));
    };
    const look = ({ target }: Event) => show(nameAt(target));
    const leave = () => show(undefined);
    const events = [
      ['pointerover', look],
      ['focusin', look],
      ['pointerleave', leave],
      ['focusout', leave],
    ] as const;
    for (const [name, listener] of events) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of events) element.removeEventListener(name, listener);
      document.adoptedStyleSheets = others();
      lit.value = undefined;
    };
  }, []);
}
