/** What is below the first screen: rendered once the rest is painted, so that the page answers sooner. */

import { nextTask } from '@onnoise/runtime-web/parts';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** One part after another, each in a task of its own: a press is answered in between. */
let turn: Promise<void> = Promise.resolve();

const nextPaint = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

export function Later({ children }: { children: ComponentChildren }): ComponentChildren {
  const [due, setDue] = useState(false);
  useEffect(() => {
    let left = false;
    const painted = nextPaint();
    turn = turn.then(async () => {
      await painted;
      await nextTask();
      if (!left) setDue(true);
    });
    return () => {
      left = true;
    };
  }, []);
  return due && children;
}
