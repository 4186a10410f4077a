/**
 * Sides take turns, round by round, so that all see the same machine, and none while another still works: the threads of
 * onnxruntime look for work for 40 ms after a run, those of PyTorch for a few, and would take it from whoever comes next.
 * So there is a pause before each round, and in its second half everything should be idle.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createMeter } from './processor.ts';
import type { Side } from './side.ts';

const WARM_UP = 2;
/** Milliseconds between two rounds: first for threads to go to sleep, then to see whether others work. */
const PAUSE = { settle: 150, watch: 150 };
/** A round lasts about this long, in milliseconds: short work is repeated, for every side as often. */
const ROUND = 400;

export interface Turns {
  /** Milliseconds of one piece of work, for each round: [sides][rounds]. */
  times: number[][];
  /** Share of the processor that was busy in the pauses, 0 to 1: other programs. */
  others: number;
}

/** @param onTurn after each round of any side, warm-up included. */
export async function takeTurns(
  sides: readonly Side[],
  rounds: number,
  onTurn: (done: number, total: number) => void = () => {},
  pause = PAUSE,
): Promise<Turns> {
  const times = sides.map((): number[] => []);
  const meter = createMeter();
  const total = (WARM_UP + rounds) * sides.length;
  let done = 0;
  let repeats = 1;
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [number, side] of sides.entries()) {
      await sleep(pause.settle);
      await meter.during(() => sleep(pause.watch));
      const ms = (await side.round(repeats)) / repeats;
      if (round >= 0) times[number]!.push(ms);
      // Each has worked once by now.
      else if (number === sides.length - 1 && round === -WARM_UP) repeats = repeatsOf(ms);
      onTurn(++done, total);
    }
  }
  return { times, others: meter.busy() };
}

const repeatsOf = (ms: number) => Math.max(1, Math.round(ROUND / ms));
