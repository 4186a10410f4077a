/**
 * The page's service worker, built to sw.js beside index.html: it makes the page work offline, and gives it the headers
 * that threads need. The first one takes over at once, so that the page can be isolated before the visitor begins; it
 * stores the page's files when the page says `store`, and those of a part when the visitor has opened it. Later ones store theirs first, and wait until the page says `take
 * over` or all tabs are closed.
 *
 * Limits: files that the build did not make are passed on from the network and not stored.
 */
import type { BuiltList, Part } from './files.ts';
import { concerns, respond, type Site, storeAll } from './respond.ts';
import { KEPT, type MessageEventLike, type Order, openStore, type Stored, type WorkerScope } from './store.ts';

/** The build puts it here. */
declare const BUILT_LIST: BuiltList;

start(globalThis as unknown as WorkerScope, BUILT_LIST);

function start(worker: WorkerScope, list: BuiltList): void {
  const { scope } = worker.registration;
  const store = openStore(worker.caches, scope);
  const site: Site = { list, scope, store, fetch: (input, init) => worker.fetch(input, init) };

  worker.addEventListener('install', (event) => event.waitUntil(install()));

  async function install(): Promise<void> {
    if (!worker.registration.active) return worker.skipWaiting();
    const missing = await storeAll(site, await store.parts().catch(() => []));
    if (missing.length > 0) throw new Error(`Not stored: ${missing.join(', ')}`); // the browser tries again later
    await store.remember(list);
  }

  worker.addEventListener('activate', (event) => event.waitUntil(activate()));

  async function activate(): Promise<void> {
    await worker.clients.claim();
    await store
      .remember(list)
      .then(() => store.prune(KEPT))
      .catch(() => undefined); // storage is full or forbidden: the network is still there
  }

  worker.addEventListener('fetch', (event) => {
    if (concerns(site, event.request)) event.respondWith(respond(site, event.request, (work) => event.waitUntil(work)));
  });

  worker.addEventListener('message', (event) => {
    const order = (event.data ?? {}) as Order;
    if (order.type === 'take over') event.waitUntil(worker.skipWaiting());
    if (order.type === 'store') event.waitUntil(storeOrdered(order.parts, event.source));
  });

  async function storeOrdered(parts: readonly Part[], source: MessageEventLike['source']): Promise<void> {
    const missing = await storeAll(site, parts);
    await Promise.all(parts.map((part) => store.notePart(part))).catch(() => undefined); // no room: a later version lacks them
    source?.postMessage({ type: 'stored', parts, missing } satisfies Stored);
  }
}
