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
/** A round lasts about this long, in milliseconds: short work is repeated. */
const ROUND = 400;

export interface Turns {
  /** Milliseconds of one piece of work, for each round: [sides][rounds]. */
  times: number[][];
  /** Share of the processor that was busy in the pauses, 0 to 1: other programs. */
  others: number;
}

/**
 * All sides repeat their work as often as lets the last one fill a round.
 * @param onTurn after each round of any side, warm-up included
 */
export async function takeTurns(
  sides: readonly Pick<Side, 'round'>[],
  rounds: number,
  onTurn: (done: number, total: number) => void = () => {},
  pause = PAUSE,
): Promise<Turns> {
  const times = sides.map((): number[] => []);
  const meter = createMeter();
  const total = (WARM_UP + rounds) * sides.length;
  let done = 0;
  let repeats = 1;
  for (let round = 0; round < WARM_UP + rounds; round++) {
    let took = 0;
    for (const [number, side] of sides.entries()) {
      await sleep(pause.settle);
      await meter.during(() => sleep(pause.watch));
      took = (await side.round(repeats)) / repeats;
      if (round >= WARM_UP) times[number]!.push(took);
      onTurn(++done, total);
    }
    if (round < WARM_UP) repeats = Math.max(1, Math.round(ROUND / took));
  }
  return { times, others: meter.busy() };
}

/** The line of progress of a task on standard error, where that is a terminal. */
export function lineOfTurns(what: string): (done: number, total: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (done, total) => process.stderr.write(`\r${what}: ${done} of ${total} turns${done === total ? '\n' : ''}`);
}
