/**
 * One tab at a time has the training that the browser keeps: of two, each would write over what the other learned. Without Web Locks,
 * on an insecure origin, the tab that began last is kept, and the other one is told.
 */
import { InputError } from '@onnoise/scheduler/rules';

const NAME = 'onnoise-training';
/** A browser frees what a closed tab held a moment later. */
const WAIT_MS = 1000;

let release: (() => void) | undefined;

/** Takes the training for this tab, until it is given back or the tab is closed. @throws InputError where another tab has it */
export async function takeTraining(): Promise<void> {
  if (release || !navigator.locks) return;
  await new Promise<void>((taken, refused) => {
    const hold = () =>
      new Promise<void>((released) => {
        release = released;
        taken();
      });
    navigator.locks
      .request(NAME, { signal: AbortSignal.timeout(WAIT_MS) }, hold)
      .catch((error: Error) => refused(error.name === 'TimeoutError' ? new InputError(OTHER_TAB) : error));
  });
}

export function giveBack(): void {
  release?.();
  release = undefined;
}

const OTHER_TAB =
  'Cannot train in this tab: only one tab may train at a time, and another tab has a training open. Go on there, or close that tab first.';
