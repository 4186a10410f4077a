/** Bounded concurrency with results in order, which keeps the memory of a long conversion flat. */

/**
 * Applies `work` to every item and yields the results in the items' order. At most `tasks` items are started and not
 * yet yielded. An error ends the iteration after the started items have finished, so nothing runs on in the background.
 */
export async function* orderedMap<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  tasks: number,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      if (begun.length >= tasks) yield await begun.shift()!;
      const promise = work(item);
      promise.catch(() => {}); // awaited later; this keeps an early rejection from counting as unhandled
      begun.push(promise);
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    await Promise.allSettled(begun);
  }
}

/** A semaphore over weights: `use(w, work)` waits until the running weights and `w` fit, or nothing else runs. */
export function weightGate(capacity: number) {
  let used = 0;
  const waiting: { weight: number; start: () => void }[] = [];
  const admit = () => {
    while (waiting.length > 0 && (used === 0 || used + waiting[0]!.weight <= capacity)) {
      const next = waiting.shift()!;
      used += next.weight;
      next.start();
    }
  };
  return async <Result>(weight: number, work: () => Promise<Result>): Promise<Result> => {
    await new Promise<void>((start) => {
      waiting.push({ weight, start });
      admit();
    });
    try {
      return await work();
    } finally {
      used -= weight;
      admit();
    }
  };
}
