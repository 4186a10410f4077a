/** Measures, in a worker, how long the same work takes on one thread and on several. Takes a fifth of a second. */
import { ownType } from './own-type.ts';
import { help, shareMemory, timeOfRound } from './rounds.ts';

/** Name of a worker that is a helper: it runs the script of the worker that starts it. */
export const HELPER = 'onnoise-helper';
/** Windows of each number of threads, in turn, so that all of them meet the same moments of a busy machine. */
const WINDOWS = 5;
/** Milliseconds of a window: several turns of a scheduler. */
const WINDOW = 12;
/** Milliseconds for helpers to start. */
const PATIENCE = 3000;

interface Start {
  memory: Int32Array;
  /** From 1 on. */
  place: number;
}

/** The helper's side. */
export function serveRounds(): void {
  addEventListener('message', ({ data }: MessageEvent<Start>) => {
    postMessage('ready');
    help(data.memory, data.place);
  });
}

/**
 * @param candidates numbers of threads
 * @returns milliseconds of a round by each, a median; undefined where helpers do not start
 */
export async function timesOfThreads(candidates: readonly number[]): Promise<number[] | undefined> {
  const memory = shareMemory();
  const helpers: Worker[] = [];
  try {
    const ready = Array.from({ length: Math.max(...candidates) - 1 }, (_, i) => {
      const helper = new Worker(location.href, { type: ownType(), name: HELPER });
      helpers.push(helper);
      return started(helper, { memory, place: i + 1 });
    });
    await Promise.all(ready);
    for (const threads of candidates) timeOfRound(memory, threads, WINDOW); // compiled by now
    const times = candidates.map((): number[] => []);
    for (let window = 0; window < WINDOWS; window++) {
      for (const [i, threads] of candidates.entries()) times[i]!.push(timeOfRound(memory, threads, WINDOW));
    }
    return times.map((all) => all.sort((a, b) => a - b)[Math.floor(WINDOWS / 2)]!);
  } catch {
    return undefined;
  } finally {
    for (const helper of helpers) helper.terminate();
  }
}

function started(helper: Worker, start: Start): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('A helper did not start.')), PATIENCE);
    helper.addEventListener('message', () => {
      clearTimeout(late);
      resolve();
    });
    helper.addEventListener('error', (event) => {
      event.preventDefault(); // else it counts as an error of this worker
      clearTimeout(late);
      reject(new Error('A helper failed.'));
    });
    helper.postMessage(start);
  });
}
