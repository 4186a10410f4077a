/**
 * Decides whose turn it is. Clients share a batch as processes share a processor: every step has up to `limit` places,
 * which go round the clients one at a time, and within a client to the oldest item.
 *
 * If there are more clients than places, those served least go first, counted in blocks of `quantum` places so that
 * started work is also finished. A client that arrives, or returns, starts level with the least served one (start-time
 * fair queueing, Goyal, Vin & Cheng 1996). So with K clients on B places nobody waits longer than about K / B blocks,
 * whatever the others request.
 */

interface Client<T> {
  /** Never empty. */
  items: T[];
  /** Places given to it since the queue's start. */
  service: number;
  /** Order in which clients became busy. */
  arrival: number;
}

export interface FairQueue<T> {
  readonly size: number;
  add(client: string, item: T): void;
  /** Removes an item of a client; fast for items whose turn it was. */
  drop(client: string, item: T): void;
  /** Removes the items that fit, of one client or of all. */
  remove(fits: (item: T) => boolean, client?: string): void;
  /**
   * Up to `limit` places for items whose turn it is: an item that takes several is there as many times, one after the
   * other, or fewer times at the end of the places. Items stay in the queue, and every place counts as served.
   */
  pick(limit: number): T[];
}

/**
 * @param quantum places a client is given before those served less go first; 1 or more.
 * @param placesOf places that an item takes now, 1 or more; default: 1.
 */
export function createFairQueue<T>(quantum = 64, placesOf: (item: T) => number = () => 1): FairQueue<T> {
  const busy = new Map<string, Client<T>>();
  /** Service of clients without items; only those ahead of the busy ones matter. */
  const idle = new Map<string, number>();
  let arrivals = 0;
  let size = 0;

  /** Service of the least served busy client; 0 if none is busy. */
  function level(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { service } of busy.values()) least = Math.min(least, service);
    return busy.size === 0 ? 0 : least;
  }

  /** Updates these clients after some lost items. */
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
      // A client that had more than its share and returns at once still has to wait for the others.
      const service = Math.max(level(), idle.get(name) ?? 0);
      idle.delete(name);
      busy.set(name, { items: [item], service, arrival: ++arrivals });
    },
    drop(name, item) {
      const items = busy.get(name)?.items ?? [];
      const at = items.indexOf(item); // near the front, where turns are taken
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
          const places = Math.min(placesOf(item), limit - picked.length);
          for (let i = 0; i < places; i++) picked.push(item);
          client.service += places;
        }
        if (picked.length === before) break;
      }
      return picked;
    },
  };
}
