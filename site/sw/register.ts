/**
 * Starts the service worker, in the built page only. On the first visit to a host that sets no headers the page loads
 * once more as soon as the worker answers, before the visitor has done anything.
 *
 * `<html data-offline="ready">` says that the page starts without a network from now on, with the parts that were opened.
 */
import type { Part } from './files.ts';
import type { Order, Stored } from './store.ts';

/**
 * Decides whether to load the page once more, so that it gets the service worker's headers and may use threads: only
 * before the visitor has done anything, and never twice in a row.
 */
interface Situation {
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
function onceMore({ isolated, embedded, touched, tried }: Situation): 'reload' | 'offer' | 'stay' {
  if (isolated || embedded || tried) return 'stay';
  return touched ? 'offer' : 'reload';
}

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

function noteIsolated(local: Memory, now = Date.now()): void {
  try {
    local.setItem(ISOLATED, String(now));
  } catch {
    // Full: a reload past the worker then stays with one thread.
  }
}

/** True if this tab was loaded once more, and no page has been isolated since. */
function triedInVain(session: Memory, local: Memory): boolean {
  try {
    const reloaded = session.getItem(RELOADED);
    return reloaded !== null && Number(reloaded) >= Number(local.getItem(ISOLATED) ?? 0);
  } catch {
    return true;
  }
}

interface OfflineEvents {
  /** A new version is stored. `apply` loads the page in it; otherwise it takes over when all tabs are closed. */
  onUpdate?(apply: () => void): void;
  /** A reload would give threads, but the visitor has already begun. */
  onIsolation?(reload: () => void): void;
}

const SIGNS_OF_USE = ['pointerdown', 'click', 'keydown', 'input', 'change', 'drop', 'paste'] as const;
/** Parts that the visitor has opened in this tab. */
const opened = new Set<Part>();
/** The worker that stores, once it may. */
let storing: ServiceWorker | null = null;

const HOUR = 3_600_000;
/** Browsers start a waiting worker only once the active one has no work; a reload ends the work of this page. */
const TAKE_OVER_MS = 2_000;

/** Says that the visitor has opened a part of the page: its files are stored, all of them. */
export function openPart(part: Part): void {
  if (opened.has(part)) return;
  opened.add(part);
  orderFiles();
}

function orderFiles(): void {
  if (!storing) return;
  delete document.documentElement.dataset.offline;
  tell(storing, { type: 'store', parts: [...opened] });
}

/** Call this first: the earlier, the less a visitor can have begun. */
export function register(events: OfflineEvents = {}): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // If storage is forbidden, as in private windows of some browsers, the page works online only, on one thread.
  void start(navigator.serviceWorker, events).catch(() => undefined);
}

async function start(container: ServiceWorkerContainer, events: OfflineEvents): Promise<void> {
  const touched = watchUse();
  container.addEventListener('message', ({ data }) => {
    const { type, parts, missing } = (data ?? {}) as Stored;
    if (type !== 'stored' || missing.length > 0 || parts.length < opened.size) return;
    document.documentElement.dataset.offline = 'ready';
  });
  const url = new URL('./sw.js', document.baseURI);
  const registration = await container.register(url, { scope: './', updateViaCache: 'none' });
  watchUpdates(container, registration, events);

  const { active } = await container.ready;
  if (isolate(touched(), events)) return;
  await loaded();
  storing = active;
  orderFiles();
}

/** Reloads the page if that may give threads, also after a shift-reload, which bypasses the worker. True if it does. */
function isolate(touched: boolean, { onIsolation }: OfflineEvents): boolean {
  const isolated = crossOriginIsolated;
  const memories = readMemories();
  if (isolated && memories) noteIsolated(memories.local);
  const tried = !memories || triedInVain(memories.session, memories.local);
  const action = onceMore({ isolated, embedded: window !== window.top, touched, tried });
  if (action === 'offer') onIsolation?.(() => location.reload());
  if (action !== 'reload' || !memories || !noteReload(memories.session)) return false;
  location.reload();
  return true;
}

/** The browser's storages; undefined if it denies them. */
function readMemories() {
  try {
    return { session: sessionStorage, local: localStorage };
  } catch {
    return undefined;
  }
}

function watchUpdates(
  container: ServiceWorkerContainer,
  registration: ServiceWorkerRegistration,
  { onUpdate }: OfflineEvents,
): void {
  const reload = () => location.reload();
  let asked = false;
  let before = container.controller;
  const tellOf = (waiting: ServiceWorker) =>
    onUpdate?.(() => {
      asked = true;
      tell(waiting, { type: 'take over' });
      setTimeout(reload, TAKE_OVER_MS);
    });

  container.addEventListener('controllerchange', () => {
    if (asked) reload();
    else if (before) onUpdate?.(reload); // another tab took the new version
    before = container.controller;
  });
  if (registration.waiting) tellOf(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && registration.active) tellOf(installing);
    });
  });

  let asOf = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - asOf < HOUR) return;
    asOf = Date.now();
    registration.update().catch(() => undefined); // offline
  });
}

/** Returns a function that says whether the visitor has done anything since. */
function watchUse(): () => boolean {
  let touched = false;
  const touch = () => {
    touched = true;
    for (const sign of SIGNS_OF_USE) removeEventListener(sign, touch, true);
  };
  for (const sign of SIGNS_OF_USE) addEventListener(sign, touch, true);
  return () => touched;
}

function tell(worker: ServiceWorker | null, order: Order): void {
  worker?.postMessage(order);
}

const loaded = () =>
  document.readyState === 'complete'
    ? Promise.resolve()
    : new Promise<void>((resolve) => addEventListener('load', () => resolve(), { once: true }));
