/**
 * Whose turn it is. Clients share a batch as processes share a processor: every step has up to `limit` places, which go
 * round the clients one at a time, and within a client to what came first.
 *
 * Where there are more clients than places, those that were served least go first, counted in blocks of `quantum` places
 * so that what is begun is also finished. A client that arrives, or returns, starts level with the least served one (start-time fair
 * queueing, Goyal, Vin & Cheng 1996). So with K clients on B places nobody waits longer than about K / B blocks for a
 * place, whatever the others ask for.
 */

interface Client<T> {
  /** Never empty. */
  items: T[];
  /** Places it was given, counted from the queue's start. */
  service: number;
  /** Order in which clients became busy. */
  arrival: number;
}

export interface FairQueue<T> {
  readonly size: number;
  add(client: string, item: T): void;
  /** Takes out an item of a client; fast for those whose turn it was. */
  drop(client: string, item: T): void;
  /** Takes out what fits, of a client or of all. */
  remove(fits: (item: T) => boolean, client?: string): void;
  /** Up to `limit` items whose turn it is; they stay in the queue, and count as served once. */
  pick(limit: number): T[];
}

/** @param quantum places a client is given before those served less go first; 1 or more. */
export function createFairQueue<T>(quantum = 64): FairQueue<T> {
  const busy = new Map<string, Client<T>>();
  /** Service of those without items; of them only those matter that are ahead of the busy. */
  const idle = new Map<string, number>();
  let arrivals = 0;
  let size = 0;

  /** What the least served of the busy has had; 0 where nobody is. */
  function level(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { service } of busy.values()) least = Math.min(least, service);
    return busy.size === 0 ? 0 : least;
  }

  /** Of these clients some have lost items. */
  function settle(names: Iterable<string>): void {
    for (const name of names) {
      const client = busy.get(name)!;
      if (client.items.length > 0) continue;
      busy.delete(name);
      idle.set(name, client.service);
    }
    if (idle.size === 0) return;
    const least = level();
    for (const [name, service] of idle) if (busy.size === 0 || service <= least) idle.delete(name);
  }

  return {
    get size() {
      return size;
    },
    add(name, item) {
      size++;
      const client = busy.get(name);
      if (client) {
        client.items.push(item);
        return;
      }
      // One that was served more than its share and comes back at once has not paid for it yet.
      const service = Math.max(level(), idle.get(name) ?? 0);
      idle.delete(name);
      busy.set(name, { items: [item], service, arrival: ++arrivals });
    },
    drop(name, item) {
      const items = busy.get(name)?.items ?? [];
      const at = items.indexOf(item); // near the front: turns are taken from there
      if (at < 0) return;
      items.splice(at, 1);
      size--;
      settle([name]);
    },
    remove(fits, name) {
      const names = name === undefined ? [...busy.keys()] : busy.has(name) ? [name] : [];
      for (const one of names) {
        const client = busy.get(one)!;
        const left = client.items.filter((item) => !fits(item));
        size -= client.items.length - left.length;
        client.items = left;
      }
      settle(names);
    },
    pick(limit) {
      const block = ({ service }: Client<T>) => Math.floor(service / quantum);
      const order = [...busy.values()].sort((a, b) => block(a) - block(b) || a.arrival - b.arrival);
      const picked: T[] = [];
      for (let round = 0; picked.length < limit; round++) {
        const before = picked.length;
        for (const client of order) {
          if (picked.length === limit) break;
          const item = client.items[round];
          if (item === undefined) continue;
          picked.push(item);
          client.service++;
        }
        if (picked.length === before) break;
      }
      return picked;
    },
  };
}
