/** Where the walk through the algorithm is. */
import {
  applyRow,
  compileSampler,
  isStraight,
  type PredictionType,
  type SamplerTable,
  seededNoise,
} from '@onnoise/scheduler';
import { signal } from '@preact/signals';
import { sizeOf } from '../../../state/picture.ts';
import { announce } from '../../../state/store.ts';
import { readable } from '../../forward/state/numbers.ts';
import { ask, createTurns, type Guess, guessOf, type Lesson } from '../lesson.ts';

/**
 * One step of ancestral sampling, line by line and in its parts, as the scheduler's table has it, with numbers of one pixel
 * that work out by hand: algorithm 2 of Ho et al. 2020, with fewer steps than T.
 */

export const LINES = ['start', 'loop', 'ask', 'picture', 'mean', 'noise', 'move', 'end'] as const;
export type Line = (typeof LINES)[number];

/** The line after one, within a step of `last`: the last one leaves the loop. */
function lineAfter(line: Line, last: boolean): Line {
  if (line === 'move') return last ? 'end' : 'loop';
  return LINES[Math.min(LINES.indexOf(line) + 1, LINES.length - 1)]!;
}

/** Whether a value that `of` makes is there once `line` has been done. */
export const isThere = (of: Line, line: Line): boolean => LINES.indexOf(line) >= LINES.indexOf(of);

/** Pictures are [C, H, W]. Of the guess both forms: its picture is not cut yet. */
interface Step extends Guess {
  /** The network's input. */
  timestep: number;
  /** x = signal x0 + noise epsilon. */
  signal: number;
  noise: number;
  x: Float32Array;
  /** The guessed picture, cut to what a picture can be. */
  x0: Float32Array;
  /** mean = A x + B x0 */
  A: number;
  B: number;
  mean: Float32Array;
  /** Factor of the fresh noise; 0 at the last step. */
  sigma: number;
  z: Float32Array;
  /** mean + sigma z */
  result: Float32Array;
}

interface Before {
  /** Of the table's row, from 0. */
  index: number;
  x: Float32Array;
  /** What the network says of x. */
  output: Float32Array;
  seed: number;
}

export function stepOf(table: SamplerTable, type: PredictionType, { index, x, output, seed }: Before): Step {
  const row = table.rows[index]!;
  const { timestep, signal, noise, A, B, D } = row;
  const z = new Float32Array(x.length);
  if (D !== 0) seededNoise(seed, index + 1, z);
  const mean = x.slice();
  const result = x.slice();
  const x0 = new Float32Array(x.length);
  applyRow({ ...row, D: 0 }, table.clip, mean, output, x0, z);
  applyRow(row, table.clip, result, output, x0, z);
  const guess = guessOf(type, { signal, noise }, x, output);
  return { timestep, signal, noise, x, ...guess, x0, A, B, mean, sigma: D, z, result };
}

/** Of a result, and of what it is made of where that is enough. */
const DIGITS = 3;
/** Float32 has no more. */
const MOST_DIGITS = 9;

/** With as many digits as results have. */
const say = (value: number) => readable(value, DIGITS);

/** The line with the numbers at the chosen pixel. */
export function numbersOf(
  line: Line,
  { step, table, index }: { step: Step | null; table: SamplerTable; index: number },
  at: number,
): string | undefined {
  if (line === 'loop') return `t = ${Math.round(table.rows[Math.min(index, table.rows.length - 1)]!.timestep)}`;
  if (!step) return undefined;
  const { epsilon, sample, x, x0, A, B, mean, sigma, z } = step;
  switch (line) {
    case 'ask':
      return say(epsilon[at]!);
    case 'picture': {
      const [whole, cut] = [say(sample[at]!), say(x0[at]!)];
      return `${pictureOf(step, at)}${whole === cut ? '' : ` → ${cut}`}`;
    }
    case 'mean': {
      const [a, xt, b, guess, result] = workedOut([A, x[at]!, B, x0[at]!], ([a, xt, b, x0]) => a! * xt! + b! * x0!);
      return `${a} · ${xt} + ${b} · ${guess} = ${result}`;
    }
    case 'noise':
      return sigma === 0 ? '0' : say(z[at]!);
    case 'move': {
      const values = [mean[at]!, sigma, sigma === 0 ? 0 : z[at]!];
      const [mu, s, fresh, result] = workedOut(values, ([mu, s, z]) => mu! + s! * z!);
      return `${mu} + ${s} · ${fresh} = ${result}`;
    }
    default:
      return undefined;
  }
}

/** Near pure noise two numbers are subtracted that are almost the same, so the guess is taken in double precision. */
function pictureOf({ sample, signal, noise, x }: Step, at: number): string {
  const xt = x[at]!;
  const values = [xt, noise, (xt - signal * sample[at]!) / noise, signal];
  const [a, b, guess, c, result] = workedOut(values, ([a, b, e, c]) => (a! - b! * e!) / c!);
  return `(${a} − ${b} · ${guess}) / ${c} = ${result}`;
}

/** The values with as many digits as it takes to work out the result by hand, then the result. */
export function workedOut(values: readonly number[], formula: (values: readonly number[]) => number): string[] {
  const result = say(formula(values));
  let digits = DIGITS;
  const byHand = () => formula(values.map((value) => Number(value.toPrecision(digits))));
  while (digits < MOST_DIGITS && say(byHand()) !== result) digits++;
  return [...values.map((value) => readable(value, digits)), result];
}

interface Setup {
  steps: number;
  seed: number;
  /** The digit to make. */
  label: number;
}

interface Walk {
  setup: Setup;
  table: SamplerTable;
  /** Steps done. */
  index: number;
  line: Line;
  /** What the walk holds before this step. */
  x: Float32Array;
  /** From the line that asks the network on. */
  step: Step | null;
  /** x after every step, the noise first. */
  past: Float32Array[];
}

export const setup = signal<Setup>({ steps: 20, seed: 5, label: 3 });
export const walk = signal<Walk | null>(null);
export const playing = signal(false);
const playTurn = createTurns(playing);
export const asking = signal(false);
/** Row and column of the pixel whose numbers are shown. */
export const pixel = signal<readonly [number, number]>([13, 14]);

/** Milliseconds that a step stays on show. */
const PACE = 260;

export function begin(lesson: Lesson): void {
  const chosen = setup.peek();
  const x = new Float32Array(sizeOf(lesson.shape));
  seededNoise(chosen.seed, 0, x);
  const sampler = isStraight(lesson.scheduler) ? 'euler' : 'ddpm'; // flow matching has no ddpm
  const table = compileSampler(lesson.scheduler, { sampler, steps: chosen.steps });
  playing.value = false;
  walk.value = { setup: chosen, table, index: 0, line: 'start', x, step: null, past: [x] };
}

/** Goes on by one line. */
export async function nextLine(lesson: Lesson): Promise<void> {
  const now = walk.peek();
  if (!now || now.line === 'end' || asking.peek()) return;
  const line = lineAfter(now.line, now.index + 1 === now.table.rows.length);
  if (now.line === 'move') {
    const x = now.step!.result;
    const past = [...now.past, x];
    walk.value = { ...now, line, index: now.index + 1, x, step: line === 'end' ? now.step : null, past };
    if (line === 'end') announce('The picture is done.');
    return;
  }
  if (line !== 'ask') {
    walk.value = { ...now, line };
    return;
  }
  asking.value = true;
  try {
    const timestep = now.table.rows[now.index]!.timestep;
    const { output } = await ask(lesson, { x: now.x, timesteps: [timestep], label: now.setup.label });
    if (walk.peek() !== now) return; // begun anew meanwhile
    const { index, x, table } = now;
    const before = { index, x, output, seed: now.setup.seed };
    walk.value = { ...now, line, step: stepOf(table, lesson.scheduler.prediction_type, before) };
  } finally {
    asking.value = false;
  }
}

/** Goes on to the end of this step, or of the next one if this one is over. */
export async function wholeStep(lesson: Lesson): Promise<void> {
  do {
    const before = walk.peek();
    await nextLine(lesson);
    if (walk.peek() === before) return;
  } while (walk.peek()!.line !== 'move' && walk.peek()!.line !== 'end');
}

/** Step after step until the picture is done, or until `playing` is false. */
export async function play(lesson: Lesson): Promise<void> {
  const turn = playTurn();
  try {
    while (turn.goesOn() && walk.peek()?.line !== 'end') {
      await wholeStep(lesson);
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  } finally {
    turn.end();
  }
}
