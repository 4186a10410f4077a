/** The engine takes one sampling at a time: those of this view take turns, in the order in which they came. */

let last: Promise<unknown> = Promise.resolve();

/** Begins once all before are over, however they ended. A cancelled one ends with its step. */
export function takeTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => {});
  return mine;
}

/** Resolves once those that have come so far are over. */
export const turnsOver = async (): Promise<void> => void (await last);
