/**
 * Decides whose turn it is. Clients share a batch as processes share a processor: every step has up to `limit` places, which
 * go round the clients one at a time. Within a client they go round its users, such as its connections, and within a user to
 * the oldest item.
 *
 * If there are more clients than places, those served least go first (`createShares`). So with K clients on B places nobody
 * waits longer than about K / B blocks, whatever the others request; and the same holds among the users of a client.
 */
import { createShares, type Shares } from './shares.ts';

/** Whose an item is. */
export interface Owner {
  client: string;
  /** One of several within the client. Default: all are one. */
  user?: string | undefined;
  /** Places that the client gets for one of a client of weight 1; above 0. Its newest item's counts. Default: 1. */
  weight?: number | undefined;
  /** Whether the item waits for all that are not in the background (two-queues.ts). Default: false. */
  background?: boolean | undefined;
}

interface User<T> {
  /** Never empty. */
  items: T[];
}

interface Client<T> {
  weight: number;
  users: Shares<User<T>>;
}

export interface FairQueue<T> {
  readonly size: number;
  add(owner: Owner, item: T): void;
  /** Removes an item of an owner; fast for items whose turn it was. */
  drop(owner: Owner, item: T): void;
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
  const clients = createShares<Client<T>>(quantum);
  let size = 0;

  /** Lets those go that have no items any more. */
  function settle(name: string, userName: string): void {
    const { users } = clients.get(name)!;
    if (users.get(userName)!.items.length === 0) users.leave(userName);
    if (users.size === 0) clients.leave(name);
  }

  /** The items of a client in the order of their turns, each with whom it is counted for. */
  function* turnsOf({ users }: Client<T>): Generator<{ item: T; user: User<T> }> {
    const order = users.inTurn();
    for (let round = 0, found = true; found; round++) {
      found = false;
      for (const user of order) {
        if (round >= user.items.length) continue;
        found = true;
        yield { item: user.items[round]!, user };
      }
    }
  }

  return {
    get size() {
      return size;
    },
    add({ client: name, user = '', weight = 1 }, item) {
      size++;
      const client = clients.enter(name, () => ({ weight, users: createShares(quantum) }));
      client.weight = weight;
      client.users.enter(user, () => ({ items: [] })).items.push(item);
    },
    drop({ client, user = '' }, item) {
      const items = clients.get(client)?.users.get(user)?.items ?? [];
      const at = items.indexOf(item); // near the front, where turns are taken
      if (at < 0) return;
      items.splice(at, 1);
      size--;
      settle(client, user);
    },
    remove(fits, name) {
      for (const one of name === undefined ? clients.names() : [name]) {
        const users = clients.get(one)?.users;
        for (const userName of users?.names() ?? []) {
          const user = users!.get(userName)!;
          const left = user.items.filter((item) => !fits(item));
          size -= user.items.length - left.length;
          user.items = left;
          settle(one, userName);
        }
      }
    },
    pick(limit) {
      const order = clients.inTurn().map((client) => ({ client, turns: turnsOf(client) }));
      const picked: T[] = [];
      for (let found = true; found && picked.length < limit; ) {
        found = false;
        for (const { client, turns } of order) {
          if (picked.length === limit) break;
          const next = turns.next();
          if (next.done) continue;
          found = true;
          const { item, user } = next.value;
          const places = Math.min(placesOf(item), limit - picked.length);
          for (let i = 0; i < places; i++) picked.push(item);
          clients.serve(client, places / client.weight);
          client.users.serve(user, places);
        }
      }
      return picked;
    },
  };
}
