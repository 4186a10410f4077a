/** Pieces of work that clients take turns with, so that none waits for all the work of another. */
export interface Turns {
  /** Does the work when it is the client's turn. @throws the signal's reason once it aborts before that */
  take<T>(client: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  client: string;
  begin: () => void;
}

/** @param places pieces of work at a time */
export function createTurns(places: number): Turns {
  const waiting = new Set<Waiting>();
  /** Numbers of the clients' last turns. */
  const last = new Map<string, number>();
  let turn = 0;
  let free = places;

  const turnOf = ({ client }: Waiting) => last.get(client) ?? 0;

  /** Of the client that has waited longest, what came first. */
  const choose = () => [...waiting].reduce((first, one) => (turnOf(one) < turnOf(first) ? one : first));

  function next(): void {
    while (free > 0 && waiting.size > 0) {
      const chosen = choose();
      waiting.delete(chosen);
      last.set(chosen.client, ++turn);
      free--;
      chosen.begin();
    }
    if (free === places) last.clear();
  }

  return {
    async take(client, signal, work) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const leave = () => waiting.delete(entry) && reject(signal.reason);
        const begin = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const entry = { client, begin };
        waiting.add(entry);
        signal.addEventListener('abort', leave);
        next();
      });
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        // One that goes on at once waits again by then.
        setImmediate(() => {
          free++;
          next();
        });
      }
    },
  };
}
