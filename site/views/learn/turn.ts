import type { Signal } from '@preact/signals';

export interface Turn {
  /** False once it is stopped, or another run has begun. */
  goesOn(): boolean;
  end(): void;
}

/**
 * Runs of one kind, of which only the latest goes on: one that still waits when the next begins neither goes on nor ends it.
 * @param on true while one runs; to set it to false stops it
 */
export function createTurns(on: Signal<boolean>): () => Turn {
  let latest = 0;
  return () => {
    const mine = ++latest;
    on.value = true;
    return {
      goesOn: () => on.peek() && mine === latest,
      end: () => {
        if (mine === latest) on.value = false;
      },
    };
  };
}
