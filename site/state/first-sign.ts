/** What can wait until the visitor does something, so that the page itself is there first. */

const SIGNS = ['pointermove', 'pointerdown', 'click', 'touchstart', 'keydown', 'scroll', 'wheel'] as const;

const begun = new AbortController();
for (const sign of SIGNS) {
  globalThis.addEventListener?.(sign, (event) => !isStill(event) && begun.abort(), {
    passive: true,
    signal: begun.signal,
  });
}

/** Browsers tell a page of a mouse that has not moved when something appears below it. */
const isStill = (event: Event) => event.type === 'pointermove' && !movement(event as PointerEvent);
const movement = ({ movementX, movementY }: PointerEvent) => Math.abs(movementX) + Math.abs(movementY);

/** Runs it at the visitor's first sign on this page, or at once if there was one, but no later than `latest` milliseconds from now. */
export function atFirstSign(then: () => void, latest: number): void {
  const { signal } = begun;
  const timer = setTimeout(run, signal.aborted ? 0 : latest);
  signal.addEventListener('abort', run);
  function run() {
    clearTimeout(timer);
    signal.removeEventListener('abort', run);
    then();
  }
}
