/** A fair queue with a background: what belongs there has its turn only while nothing else is in the queue. */
import { createFairQueue, type FairQueue, type Owner } from './fair-queue.ts';

export interface TwoQueues<T> extends FairQueue<T> {
  /** Whether there is anything before the background. */
  readonly urgent: boolean;
}

/** @param options as of `createFairQueue` */
export function createTwoQueues<T>(...options: Parameters<typeof createFairQueue<T>>): TwoQueues<T> {
  const front = createFairQueue(...options);
  const back = createFairQueue(...options);
  const queueOf = ({ background = false }: Owner) => (background ? back : front);
  return {
    get size() {
      return front.size + back.size;
    },
    get urgent() {
      return front.size > 0;
    },
    add: (owner, item) => queueOf(owner).add(owner, item),
    drop: (owner, item) => queueOf(owner).drop(owner, item),
    remove(fits, client) {
      front.remove(fits, client);
      back.remove(fits, client);
    },
    pick: (limit) => (front.size > 0 ? front : back).pick(limit),
  };
}
