/**
 * Keeps the newest state as the page goes away. The worker ends with its page, mostly in the middle of a step, and nothing can be waited
 * for any more. So the page holds a copy, which the worker renews, and an open database, and writes in the last event that comes.
 *
 * Limit: a browser need not finish what is written so late. Then the slots of checkpoints.ts count, 25 seconds old at most.
 */
import { type LastState, openLast } from './checkpoints.ts';

export interface Leaving {
  /** The newest state. */
  hold(last: LastState): void;
  /** It is kept in a slot. */
  drop(): void;
  close(): void;
}

export function keepOnLeaving(): Leaving {
  const ended = new AbortController();
  let newest: LastState | undefined;
  let database: Awaited<ReturnType<typeof openLast>> | undefined;
  let begun = false;

  const write = () => {
    if (!newest || !database) return;
    database.write(newest);
    newest = undefined;
  };
  async function begin(): Promise<void> {
    // Where nothing is stored, the worker has said so.
    database = await openLast().catch(() => undefined);
    if (!database) return;
    if (ended.signal.aborted) return database.close();
    const { signal } = ended;
    addEventListener('pagehide', write, { signal });
    // Of a tab in the background, a phone may end the process without another event.
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && write(), { signal });
  }

  return {
    hold(last) {
      newest = last;
      if (!begun) void begin();
      begun = true;
    },
    drop() {
      newest = undefined;
    },
    close() {
      newest = undefined;
      ended.abort();
      database?.close();
    },
  };
}
