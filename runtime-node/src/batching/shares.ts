/**
 * Members that share turns, served least first in blocks of `quantum` places, so that started work is also finished. One that
 * arrives, or returns, starts level with the least served (start-time fair queueing, Goyal, Vin & Cheng 1996).
 */
export interface Shares<M> {
  readonly size: number;
  get(name: string): M | undefined;
  /** The member of that name; if it has none, `make` makes it. */
  enter(name: string, make: () => M): M;
  /** A member without work. If it returns at once, it still waits for those that were served less. */
  leave(name: string): void;
  /** Counts what a member was given. */
  serve(member: M, amount: number): void;
  names(): string[];
  /** All members, the one whose turn it is first. */
  inTurn(): M[];
}

interface Account {
  name: string;
  /** What it was given since the start of the queue. */
  service: number;
  /** Order in which members came. */
  arrival: number;
}

export function createShares<M extends object>(quantum: number): Shares<M> {
  const members = new Map<string, M>();
  const accounts = new Map<M, Account>();
  /** Service of those that left; only what is ahead of the others matters. */
  const gone = new Map<string, number>();
  let arrivals = 0;

  /** Service of the least served; 0 if there is none. */
  function level(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { service } of accounts.values()) least = Math.min(least, service);
    return accounts.size === 0 ? 0 : least;
  }

  return {
    get size() {
      return members.size;
    },
    get: (name) => members.get(name),
    enter(name, make) {
      const known = members.get(name);
      if (known) return known;
      const member = make();
      const service = Math.max(level(), gone.get(name) ?? 0);
      gone.delete(name);
      members.set(name, member);
      accounts.set(member, { name, service, arrival: ++arrivals });
      return member;
    },
    leave(name) {
      const member = members.get(name);
      if (member === undefined) return;
      gone.set(name, accounts.get(member)!.service);
      members.delete(name);
      accounts.delete(member);
      const least = level();
      for (const [one, service] of gone) if (members.size === 0 || service <= least) gone.delete(one);
    },
    serve(member, amount) {
      accounts.get(member)!.service += amount;
    },
    names: () => [...members.keys()],
    inTurn() {
      const block = ({ service }: Account) => Math.floor(service / quantum);
      return [...accounts]
        .sort(([, a], [, b]) => block(a) - block(b) || a.arrival - b.arrival)
        .map(([member]) => member);
    },
  };
}
