/**
 * Admission control. The server accepts images up to the length of its queue, at most half for one client while others
 * have any, and bytes up to its memory, at most half for one client except in a single request. It refuses the rest at
 * once, with the time to retry after.
 */
import { Refusal } from '../errors/errors.ts';

export interface AdmissionOptions {
  /** Most images in progress or waiting. */
  queue: number;
  /** Most bytes of all requests. */
  memory: number;
}

export interface Admission {
  /** Images in progress or waiting. */
  readonly images: number;
  readonly bytes: number;
  /**
   * Accepts images of `steps` calls each. `releaseOne` gives one back, `release` all that are left.
   * @throws Refusal (429) if they do not fit.
   */
  take(client: string, count: number, steps: number): { releaseOne(): void; release(): void };
  /** Reserves bytes, for a client if one sent them. @throws Refusal (429) if they do not fit. */
  hold(bytes: number, client?: string): () => void;
  /** Records how long a step took. */
  measure(batch: number, milliseconds: number): void;
}

/** Weight of the newest step in the average. */
const NEWEST = 0.05;
const LONGEST_WAIT = 600;

export function createAdmission({ queue, memory }: AdmissionOptions): Admission {
  const held = new Map<string, number>();
  const heldBytes = new Map<string, number>();
  let images = 0;
  /** Upper bound of the network calls that the images still need. */
  let calls = 0;
  let bytes = 0;
  /** Milliseconds per image and call. */
  let cost = 10;

  /** Seconds until the queue is done, estimated from recent steps. */
  const retryAfter = () => Math.max(1, Math.min(LONGEST_WAIT, Math.ceil((calls * cost) / 1000)));

  return {
    get images() {
      return images;
    },
    get bytes() {
      return bytes;
    },
    take(client, count, steps) {
      const own = held.get(client) ?? 0;
      const others = held.size > (own > 0 ? 1 : 0);
      if (images + count > queue || (others && own > 0 && own + count > queue / 2)) {
        throw new Refusal(429, 'queue_full', `${images} of ${queue} images are in progress or waiting`, {
          retryAfter: retryAfter(),
        });
      }
      images += count;
      calls += count * steps;
      held.set(client, own + count);
      let left = count;
      const release = (n: number) => {
        left -= n;
        images -= n;
        calls -= n * steps;
        const now = held.get(client)! - n;
        if (now === 0) held.delete(client);
        else held.set(client, now);
      };
      return { releaseOne: () => left > 0 && release(1), release: () => left > 0 && release(left) };
    },
    hold(count, client = '') {
      const own = heldBytes.get(client) ?? 0;
      // A client that sends or reads slowly keeps its bytes as long as it likes, so half always stay for others.
      if (bytes + count > memory || (own > 0 && own + count > memory / 2)) {
        throw new Refusal(429, 'memory_full', 'requests take up all the memory that they may', {
          retryAfter: retryAfter(),
        });
      }
      bytes += count;
      heldBytes.set(client, own + count);
      let over = false;
      return () => {
        if (over) return;
        over = true;
        bytes -= count;
        const left = heldBytes.get(client)! - count;
        if (left === 0) heldBytes.delete(client);
        else heldBytes.set(client, left);
      };
    },
    measure(batch, milliseconds) {
      cost += NEWEST * (milliseconds / batch - cost);
    },
  };
}
