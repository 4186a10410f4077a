/**
 * The parts of the browser's cache storage that the service worker uses, in memory, with `room` bytes (default: no
 * limit).
 */
import type { CacheLike, CachesLike } from '#site/sw/store.ts';

export interface FakeCaches extends CachesLike {
  room: number;
  /** Addresses stored, by cache. */
  contents(): Record<string, string[]>;
}

export function fakeCaches(room = Number.POSITIVE_INFINITY): FakeCaches {
  const caches = new Map<string, Map<string, { body: ArrayBuffer; headers: [string, string][] }>>();
  const used = () =>
    [...caches.values()].flatMap((c) => [...c.values()]).reduce((sum, e) => sum + e.body.byteLength, 0);

  const open = (name: string): CacheLike => {
    const entries = caches.get(name) ?? new Map();
    caches.set(name, entries);
    return {
      match: async (key) => {
        const entry = entries.get(key);
        return entry && new Response(entry.body, { headers: entry.headers });
      },
      put: async (key, response) => {
        const body = await response.arrayBuffer();
        if (used() + body.byteLength > fake.room) throw new DOMException('No room.', 'QuotaExceededError');
        entries.set(key, { body, headers: [...response.headers] });
      },
      delete: async (key) => entries.delete(key),
      keys: async () => [...entries.keys()].map((url) => ({ url })),
    };
  };

  const fake: FakeCaches = {
    room,
    open: async (name) => open(name),
    delete: async (name) => caches.delete(name),
    keys: async () => [...caches.keys()],
    contents: () => Object.fromEntries([...caches].map(([name, entries]) => [name, [...entries.keys()]])),
  };
  return fake;
}
