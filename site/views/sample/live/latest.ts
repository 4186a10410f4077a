/**
 * Work that keeps up with a slider: one at a time, and of what is asked meanwhile only the last. So what is shown is at most
 * one piece of work behind, however fast the slider moves, and work that was begun is shown, so that something moves.
 */
export interface Latest<T> {
  ask(value: T): void;
  /** Drops what waits. What is under way ends by itself. */
  drop(): void;
}

/** @param work never rejects */
export function createLatest<T>(work: (value: T) => Promise<void>): Latest<T> {
  let waiting: { value: T } | undefined;
  let working = false;

  async function workOff(): Promise<void> {
    working = true;
    while (waiting) {
      const { value } = waiting;
      waiting = undefined;
      await work(value);
    }
    working = false;
  }

  return {
    ask(value) {
      waiting = { value };
      if (!working) void workOff();
    },
    drop() {
      waiting = undefined;
    },
  };
}
