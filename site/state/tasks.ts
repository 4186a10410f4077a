/** Long work in short tasks, so that a press is answered in between. */
import { nextTask } from '@onnoise/runtime-web/parts';

/** Milliseconds after which it is time anyway: in a tab behind others nothing is painted. */
const LATEST = 500;

/** Resolves in a task of its own once what has changed is painted. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LATEST);
    requestAnimationFrame(() => {
      clearTimeout(late);
      setTimeout(resolve);
    });
  });
}

/** Resolves once the first rendering is on the screen: a frame later than it is painted. */
export async function firstPaint(): Promise<void> {
  await nextPaint();
  await nextPaint();
}

/** Milliseconds of a task; on a phone it takes four times as long. */
const SLICE = 5;

/** To be awaited between short pieces of work: lets in what waits once a task has taken its time. */
export type Pause = () => Promise<void>;

export function pauses(): Pause {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await nextTask();
    since = performance.now();
  };
}

/** Runs it while the page is idle, but no later than so many milliseconds from now. Safari has no idle callbacks: there soon. */
export function atRest(then: () => void, timeout: number): void {
  if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout });
  else setTimeout(then, Math.min(timeout, 300));
}

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
