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
  items: T[];
  /** Places it was given, counted from the queue's start. */
  service: number;
  /** Order in which clients became busy. */
  arrival: number;
}

export interface FairQueue<T> {
  readonly size: number;
  add(client: string, item: T): void;
  /** Takes out what fits. */
  remove(fits: (item: T) => boolean): void;
  /** Up to `limit` items whose turn it is; they stay in the queue, and count as served once. */
  pick(limit: number): T[];
}

/** @param quantum places a client is given before those served less go first; 1 or more. */
export function createFairQueue<T>(quantum = 64): FairQueue<T> {
  const clients = new Map<string, Client<T>>();
  let arrivals = 0;

  const busy = () => [...clients.values()].filter(({ items }) => items.length > 0);
  /** What the least served of the busy has had; 0 where nobody is. */
  const level = (among: Client<T>[]) => (among.length === 0 ? 0 : Math.min(...among.map(({ service }) => service)));

  return {
    get size() {
      return busy().reduce((sum, { items }) => sum + items.length, 0);
    },
    add(name, item) {
      const client = clients.get(name);
      if (client && client.items.length > 0) {
        client.items.push(item);
        return;
      }
      // One that was served more than its share and comes back at once has not paid for it yet.
      const service = Math.max(level(busy()), client?.service ?? 0);
      clients.set(name, { items: [item], service, arrival: ++arrivals });
    },
    remove(fits) {
      for (const client of clients.values()) client.items = client.items.filter((item) => !fits(item));
      forget();
    },
    pick(limit) {
      const block = ({ service }: Client<T>) => Math.floor(service / quantum);
      const order = busy().sort((a, b) => block(a) - block(b) || a.arrival - b.arrival);
      const picked: T[] = [];
      for (let round = 0; picked.length < limit; round++) {
        const before = picked.length;
        for (const client of order) {
          const item = client.items[round];
          if (item === undefined || picked.length === limit) continue;
          picked.push(item);
          client.service++;
        }
        if (picked.length === before) break;
      }
      return picked;
    },
  };

  /** Of the idle only those matter that are ahead of the busy. */
  function forget(): void {
    const least = level(busy());
    const none = busy().length === 0;
    for (const [name, { items, service }] of clients) {
      if (items.length === 0 && (none || service <= least)) clients.delete(name);
    }
  }
}
