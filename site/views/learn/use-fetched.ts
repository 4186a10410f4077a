import { nextTask } from '@onnoise/runtime-web/parts';
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { firstPaint } from '../../state/tasks.ts';
import { attempt, type Need, settle, tell } from './trouble.ts';

const underWay = new Map<Need, Promise<void>>();

/** Fetches once what the chapters share, and again when the visitor tries again. What is wrong is in `trouble`. */
export function useFetched<T>(need: Need, place: Signal<T | null | undefined>, fetch: () => Promise<T>): T | undefined {
  const turn = attempt.value;
  useEffect(() => {
    if (place.peek()) return;
    let left = false;
    const begin = async () => {
      await firstPaint(); // on a slow phone effects run before it
      await fetchOnce(need, place, fetch);
    };
    begin().catch((error: unknown) => {
      if (!left) tell(need, error);
    });
    return () => {
      left = true;
      settle(need);
    };
  }, [turn]);
  return place.value ?? undefined;
}

function fetchOnce<T>(need: Need, place: Signal<T | null | undefined>, fetch: () => Promise<T>): Promise<void> {
  const fetchAndKeep = async () => {
    try {
      const fetched = await fetch();
      await nextTask(); // to read it took one, and to show it takes as long again
      place.value = fetched;
    } finally {
      underWay.delete(need);
    }
  };
  const running = underWay.get(need) ?? fetchAndKeep();
  underWay.set(need, running);
  return running;
}
