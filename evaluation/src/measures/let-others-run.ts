/** Long loops that let other work go on and can be given up. */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds for which a loop may keep the process to itself. */
const HOLD = 30;

/**
 * @param signal ends the work at its next pause
 * @returns a function to be awaited in loops; it is quick where there was a pause a moment ago
 */
export function lettingOthersRun(signal?: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - last < HOLD) return;
    await setImmediate();
    signal?.throwIfAborted();
    last = performance.now();
  };
}
