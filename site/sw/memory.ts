/**
 * Remembers whether loading the page once more has helped, so that it does not reload for ever.
 *
 * An isolated page and one that is not do not see each other's `sessionStorage`, even in one tab (Chromium), so the
 * success is stored in `localStorage`.
 */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const RELOADED = 'onnoise.reloaded';
const ISOLATED = 'onnoise.isolated';

/** False if it could not be stored: then nothing would stop a second reload. */
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

/** True if this tab was loaded once more, and no page has been isolated since. */
export function triedInVain(session: Memory, local: Memory): boolean {
  try {
    const reloaded = session.getItem(RELOADED);
    return reloaded !== null && Number(reloaded) >= Number(local.getItem(ISOLATED) ?? 0);
  } catch {
    return true;
  }
}
