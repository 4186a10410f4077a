/**
 * The chain, step by step, beside the closed form's one jump. The scheduler computes both; they are timed and compared.
 * Their noises are independent: the chain draws new noise for each step, and the jump draws its own.
 */

import { forwardChain, type Schedule } from '@onnoise/scheduler';
import { checkInteger } from '@onnoise/scheduler/rules';
import { epsilon, JUMP_STREAM, noisy } from '../state/state.ts';
import { emptyTally, type Tally, tallied } from './statistics.ts';

export interface Setting {
  schedule: Schedule;
  x0: Float32Array;
  /** 1 to T */
  t: number;
  seed: number;
}

interface Side {
  x: Float32Array;
  milliseconds: number;
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

interface Timed {
  x: Float32Array;
  /** Time spent computing, drawing the noise included; milliseconds. */
  milliseconds: number;
}

interface ChainStep extends Timed {
  /** Steps done, 1 to t. */
  step: number;
}

/**
 * x_1 ... x_t by single steps, one per `next()`. `milliseconds` counts only the time inside the steps, so that the
 * caller may draw in between. `clock` gives milliseconds.
 */
export function* chainTo(
  schedule: Schedule,
  x0: Float32Array,
  seed: number,
  t: number,
  clock: () => number,
): Generator<ChainStep> {
  checkInteger('run the chain', 't', t, 1, schedule.T);
  const steps = forwardChain(schedule, x0, (i) => epsilon(seed, x0.length, i + 1));
  let milliseconds = 0;
  for (let step = 1; step <= t; step++) {
    const start = clock();
    const x = steps.next().value as Float32Array;
    milliseconds += clock() - start;
    yield { step, x, milliseconds };
  }
}

/**
 * x_t in one jump, timed over as many runs as fill `atLeast` milliseconds (a single one is below the resolution of a
 * browser's clock), at most 1000.
 */
export function jumpTo(
  schedule: Schedule,
  x0: Float32Array,
  seed: number,
  t: number,
  clock: () => number,
  atLeast = 5,
): Timed {
  const start = clock();
  let runs = 0;
  let elapsed = 0;
  let x = x0;
  while (runs < 1000 && (runs === 0 || elapsed < atLeast)) {
    x = noisy(schedule, x0, epsilon(seed, x0.length, JUMP_STREAM), t);
    runs++;
    elapsed = clock() - start;
  }
  return { x, milliseconds: elapsed / runs };
}

/** x_t without the picture: x_t - sqrt(alphaBar_t) x_0. Both ways must give N(0, 1 - alphaBar_t). */
export function noisePart(schedule: Schedule, x0: Float32Array, x: Float32Array, t: number): Float32Array {
  const picture = noisy(schedule, x0, new Float32Array(x0.length), t);
  return x.map((value, i) => value - picture[i]!);
}
