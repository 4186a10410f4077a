/** What is below the first screen: rendered once the rest is painted, so that the page answers sooner. */

import { nextTask } from '@onnoise/runtime-web/parts';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** One part after another, each in a task of its own: a press is answered in between. */
let turn: Promise<void> = Promise.resolve();

const nextPaint = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

export function Later({ children }: { children: ComponentChildren }): ComponentChildren {
  return useInTurn(true) && children;
}

/** A value, once its turn has come: what is drawn of it takes a task of its own. */
export function useInTurn<T>(value: T | undefined): T | undefined {
  const [due, setDue] = useState<T>();
  useEffect(() => {
    if (value === undefined) return;
    let left = false;
    const painted = nextPaint();
    turn = turn.then(async () => {
      await painted;
      await nextTask();
      if (!left) setDue(() => value);
    });
    return () => {
      left = true;
    };
  }, [value]);
  return due;
}
