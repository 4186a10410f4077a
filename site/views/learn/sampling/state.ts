/** Where the walk through the algorithm is. */
import { compileSampler, isStraight, type PredictionType, type SamplerTable, seededNoise } from '@onnoise/scheduler';
import { signal } from '@preact/signals';
import { sizeOf } from '../../../state/pixels.ts';
import { announce } from '../../../state/store.ts';
import { ask, type Lesson } from '../lesson.ts';
import { createTurns } from '../turn.ts';
import { type Line, lineAfter } from './lines.ts';
import { type Step, stepOf } from './walk.ts';

export interface Setup {
  steps: number;
  seed: number;
  /** The digit to make. */
  label: number;
}

export interface Walk {
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
/** The form in which the guess is shown. */
export const form = signal<PredictionType>('epsilon');
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
