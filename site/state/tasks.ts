/** Long work in short tasks, so that a press is answered in between. */
import { nextTask } from '@onnoise/runtime-web/parts';

/** Milliseconds after which it is time anyway: in a tab behind others nothing is painted. */
const LATEST = 500;

/** Resolves in a task of its own once what has changed is painted. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LATEST);
    requestAnimationFrame(() => {
      clearTimeout(late);
      setTimeout(resolve);
    });
  });
}

/** Resolves once the first rendering is on the screen: a frame later than it is painted. */
export async function firstPaint(): Promise<void> {
  await nextPaint();
  await nextPaint();
}

/** Milliseconds of a task; on a phone it takes four times as long. */
const SLICE = 5;

/** To be awaited between short pieces of work: lets in what waits once a task has taken its time. */
export type Pause = () => Promise<void>;

export function pauses(): Pause {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await nextTask();
    since = performance.now();
  };
}
