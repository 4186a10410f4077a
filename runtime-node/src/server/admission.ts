/**
 * What the server takes on: images up to the length of its queue, no more than half for one client while others have any;
 * bytes up to its memory, no more than half for one client but in a single request. What does not fit is refused at once,
 * with the time after which it may.
 */
import { Refusal } from './errors.ts';

export interface AdmissionOptions {
  /** Images in progress or waiting, of all. */
  queue: number;
  /** Bytes of all requests. */
  memory: number;
}

export interface Admission {
  /** Images in progress or waiting. */
  readonly images: number;
  readonly bytes: number;
  /**
   * Takes images of `steps` calls each on; `release` takes one off, or all that are left.
   * @throws Refusal (429) where they do not fit.
   */
  take(client: string, count: number, steps: number): { releaseOne(): void; release(): void };
  /** Takes bytes on, of a client where one has sent them. @throws Refusal (429) where they do not fit. */
  hold(bytes: number, client?: string): () => void;
  /** Tells how long a step took. */
  measure(batch: number, milliseconds: number): void;
}

/** Weight of the newest step in the average. */
const NEWEST = 0.05;
const LONGEST_WAIT = 600;

export function createAdmission({ queue, memory }: AdmissionOptions): Admission {
  const held = new Map<string, number>();
  const heldBytes = new Map<string, number>();
  let images = 0;
  /** Network calls that the images need yet, at most. */
  let calls = 0;
  let bytes = 0;
  /** Milliseconds of an image's call. */
  let cost = 10;

  /** Seconds until what waits is computed, by the steps of late. */
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
      // A client that sends or reads slowly keeps bytes as long as it likes, unlike places: a half is always for others.
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
