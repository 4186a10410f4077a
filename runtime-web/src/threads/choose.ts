/**
 * How many threads WebAssembly gets. On a processor that is busy threads wait for each other: more of them gain nothing, and may
 * lose. onnxruntime-web keeps the number that it starts with, so a worker measures once, before it starts onnxruntime.
 */
import type { DeviceReport } from '../session/device-report.ts';
import type { timesOfThreads } from './measure.ts';

/**
 * Twice the threads must take at most this share of the time. On two cores they took 0.51 of it where little else ran, and 0.72 to
 * 1.0 beside two programs that never rest; sampling was then as fast on one thread, or faster.
 */
const WORTH = 0.65;
/** Milliseconds until the second look at a processor that seems busy: the page itself may have been the reason. */
const LATER = 400;

/** The same choice with the number of threads that pays; after the first call the same number. */
export type LimitThreads = <Choice extends DeviceReport>(choice: Choice) => Promise<Choice>;

export function createThreadLimit(timesOf: typeof timesOfThreads): LimitThreads {
  let measured: Promise<number> | undefined;

  async function look(most: number): Promise<number> {
    const candidates = halvesOf(most);
    const times = await timesOf(candidates);
    return times === undefined ? most : candidates[placeOf(times)]!;
  }

  async function measure(most: number): Promise<number> {
    const first = await look(most);
    if (first === most) return most;
    await new Promise((resolve) => setTimeout(resolve, LATER));
    return Math.max(first, await look(most));
  }

  return async (choice) => {
    if (choice.device !== 'wasm' || choice.threads < 2) return choice;
    measured ??= measure(choice.threads);
    const threads = Math.min(choice.threads, await measured);
    if (threads === choice.threads) return choice;
    const reason = `${choice.reason} It uses ${threads}: the processor is busy, and more gain nothing.`;
    return { ...choice, threads, reason };
  };
}

/** 8: 8, 4, 2, 1 */
function halvesOf(most: number): number[] {
  return most < 2 ? [1] : [most, ...halvesOf(Math.floor(most / 2))];
}

/** From one thread on, the most that are worth it. @param times of ever fewer threads */
function placeOf(times: readonly number[]): number {
  let place = times.length - 1;
  for (let i = place - 1; i >= 0; i--) if (times[i]! <= WORTH * times[place]!) place = i;
  return place;
}
