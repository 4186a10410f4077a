/** Runs chain and jump side by side, a slice per frame, so that the page stays responsive and shows the steps. */
import type { Schedule } from '@onnoise/scheduler';
import { chainTo, jumpTo, noisePart } from './compute.ts';
import { emptyTally, type Moments, momentsOf, type Tally, tallied } from './statistics.ts';

export interface Setting {
  schedule: Schedule;
  x0: Float32Array;
  /** 1 to T */
  t: number;
  seed: number;
}

export interface Side {
  x: Float32Array;
  milliseconds: number;
  /** Of x_t of the last run. */
  whole: Moments;
  /** Of the noise in x_t, over all runs. */
  noise: Tally;
}

export interface Outcome {
  runs: number;
  chain: Side;
  jump: Side;
}

const BINS = 32;
/** Standard deviations from the middle to the histogram's ends. */
const REACH = 4;
const SHOWN = 1500; // ms over which the chain is spread, if possible
const SLICE = 12; // ms of computing per frame

/** Adds a run, with its own noise, to those before. `onStep` gets x_step once per drawn frame. */
export async function runBoth(
  { schedule, x0, t, seed }: Setting,
  before: Outcome | null,
  { onStep, signal, still }: { onStep(step: number, x: Float32Array): void; signal: AbortSignal; still: boolean },
): Promise<Outcome> {
  const run = before?.runs ?? 0;
  const runSeed = seed + run * 2 ** 32; // beyond the seeds that a visitor can choose
  const clock = () => performance.now();
  const chain = { x: x0, milliseconds: 0 };
  const start = clock();
  let frame = start;
  for (const step of chainTo(schedule, x0, runSeed, t, clock)) {
    Object.assign(chain, { x: step.x, milliseconds: step.milliseconds });
    const ahead = !still && step.step / t > (clock() - start) / SHOWN;
    if (ahead || clock() - frame > SLICE) {
      onStep(step.step, step.x);
      frame = await nextFrame();
      signal.throwIfAborted();
    }
  }
  onStep(t, chain.x);
  const jump = jumpTo(schedule, x0, runSeed, t, clock);
  const side = (timed: typeof chain, tally: Tally): Side => ({
    ...timed,
    whole: momentsOf(timed.x),
    noise: tallied(tally, noisePart(schedule, x0, timed.x, t)),
  });
  const empty = emptyTally(REACH * Math.sqrt(1 - schedule.alphaBar[t - 1]!), BINS);
  return {
    runs: run + 1,
    chain: side(chain, before?.chain.noise ?? empty),
    jump: side(jump, before?.jump.noise ?? empty),
  };
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
}
