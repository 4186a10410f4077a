/** What is below the first screen: rendered once the rest is painted, so that the page answers sooner. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { nextPaint, type Pause, pauses } from '../state/tasks.ts';

/** One part after another, each painted before the next begins: a press is answered in between. */
let turn: Promise<void> = Promise.resolve();

export function Later({ children }: { children: ComponentChildren }): ComponentChildren {
  return useInTurn(true) && children;
}

/** A value, once its turn has come: what is drawn of it takes a task of its own. */
export const useInTurn = <T,>(value: T | undefined): T | undefined => useWork(value, itself);

const itself = <T,>(value: T) => value;

/**
 * What `work` makes of a value, from its turn on; what it made of the value before stays until then.
 * @param work the same function in all renderings
 */
export function useWork<T, R>(value: T | undefined, work: (value: T, pause: Pause) => R | Promise<R>): R | undefined {
  const [done, setDone] = useState<R>();
  useEffect(() => {
    if (value === undefined) return;
    let left = false;
    turn = turn.then(nextPaint);
    void turn.then(async () => {
      if (left) return;
      const result = await work(value, pauses());
      if (!left) setDone(() => result);
    });
    return () => {
      left = true;
    };
  }, [value]);
  return done;
}
