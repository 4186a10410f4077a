/**
 * Decides whether to load the page once more, so that it gets the service worker's headers and may use threads: only
 * before the visitor has done anything, and never twice in a row.
 */
export interface Situation {
  /** `crossOriginIsolated`: there is nothing to gain. */
  isolated: boolean;
  /** The page is shown inside another one, whose headers rule. */
  embedded: boolean;
  /** The visitor has clicked, typed, dropped or chosen something. */
  touched: boolean;
  /** The page was already loaded once more, and that did not help. */
  tried: boolean;
}

/** `offer`: ask the visitor, who reloads when it suits. */
export function onceMore({ isolated, embedded, touched, tried }: Situation): 'reload' | 'offer' | 'stay' {
  if (isolated || embedded || tried) return 'stay';
  return touched ? 'offer' : 'reload';
}
