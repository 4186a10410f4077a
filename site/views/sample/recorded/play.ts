/**
 * Fetches the recording of the chosen model and plays it, a few times over; for those who asked for less motion only its end is
 * shown.
 */

import { nextTask } from '@onnoise/runtime-web/parts';
import { effect, untracked } from '@preact/signals';
import { pixelsOf } from '../../../state/read-picture.ts';
import { current } from '../../../state/store.ts';
import { type Estimates, type Moment, moment, RECORDINGS, readEstimates, replay } from '../state/recording.ts';
import { promised } from '../state/state.ts';

/** Milliseconds of a step, and of the finished pictures. */
const [PACE, STAY] = [160, 2500];
const TIMES = 3;

/** Follows the choice of the model until the returned function is called. */
export const playRecording = (): (() => void) =>
  effect(() => {
    const { recording } = current.value;
    return recording === undefined ? undefined : untracked(() => play(recording));
  });

/** Returns a function that ends it. Without a connection there is nothing to play. */
function play(key: string): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', () => clearTimeout(timer));
    });
  const show = (one: Moment) => {
    if (!signal.aborted) moment.value = one;
  };
  /** Of other settings it shows nothing, and need not be worked out. */
  const whenPromised = () =>
    new Promise<void>((resolve) => {
      const stop = effect(() => {
        if (promised.value !== RECORDINGS[key]) return;
        resolve();
        queueMicrotask(() => stop());
      });
      signal.addEventListener('abort', stop);
    });
  const run = async () => {
    await nextTask(); // a link may say otherwise
    await whenPromised();
    const estimates = await fetchEstimates(key);
    await whenPromised();
    const moments: Moment[] = [];
    await replay(RECORDINGS[key]!, estimates, {
      pause: async () => {
        await (still || moments.length === 0 ? nextTask() : wait(PACE));
        await whenPromised();
      },
      onMoment: (one) => {
        moments.push(one);
        if (!still) void nextTask().then(() => show(one)); // a step takes a task, and to draw it another
      },
      signal,
    });
    moment.value = moments.at(-1)!;
    for (let time = 1; time < TIMES && !still; time++) {
      await wait(STAY);
      for (const one of moments) {
        moment.value = one;
        await wait(PACE);
      }
    }
  };
  run().catch(() => {});
  return () => ended.abort();
}

const fetched = new Map<string, Promise<Estimates>>();

function fetchEstimates(key: string): Promise<Estimates> {
  const known = fetched.get(key);
  if (known) return known;
  const reading = readPicture(key);
  fetched.set(key, reading);
  reading.catch(() => fetched.delete(key));
  return reading;
}

async function readPicture(key: string): Promise<Estimates> {
  const response = await fetch(new URL(`learn/recorded-${key}.webp`, document.baseURI));
  const file = new Blob([await response.arrayBuffer()], { type: 'image/webp' });
  const { data } = await pixelsOf(file);
  return readEstimates(data, RECORDINGS[key]!);
}
