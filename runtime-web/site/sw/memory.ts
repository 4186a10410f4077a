/**
 * Whether loading the page once more has helped: what stands between it and a page that loads for ever.
 *
 * An isolated page and one that is not do not see each other's `sessionStorage`, even in one tab (Chromium), so the
 * success is written down in `localStorage`.
 */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const RELOADED = 'onnoise.reloaded';
const ISOLATED = 'onnoise.isolated';

/** False where it could not be written down: then nothing would stop a second time. */
export function noteReload(session: Memory, now = Date.now()): boolean {
  try {
    session.setItem(RELOADED, String(now));
    return session.getItem(RELOADED) === String(now);
  } catch {
    return false;
  }
}

export function noteIsolated(local: Memory, now = Date.now()): void {
  try {
    local.setItem(ISOLATED, String(now));
  } catch {
    // Full: a reload past the worker then stays with one thread.
  }
}

/** This tab was loaded once more, and no page was isolated since. */
export function triedInVain(session: Memory, local: Memory): boolean {
  try {
    const reloaded = session.getItem(RELOADED);
    return reloaded !== null && Number(reloaded) >= Number(local.getItem(ISOLATED) ?? 0);
  } catch {
    return true;
  }
}
