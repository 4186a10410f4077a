/** Whether the machine is quiet enough to measure: other programs on the processor make times worthless. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '@onnoise/scheduler/rules';
import { createMeter } from './processor.ts';

/** More of the processor than this in other programs' hands makes times worthless. */
export const MOST_OTHERS = 0.1;
/** Milliseconds of watching before the first task. */
const WATCH = 2000;

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** @throws InputError where other programs use too much of the processor */
export async function requireQuiet(): Promise<void> {
  const meter = createMeter();
  await meter.during(() => sleep(WATCH));
  if (meter.busy() <= MOST_OTHERS) return;
  throw new InputError(
    `Cannot measure: other programs must use at most ${percent(MOST_OTHERS)} of the processor, received ${percent(meter.busy())}; --busy measures all the same.`,
  );
}
