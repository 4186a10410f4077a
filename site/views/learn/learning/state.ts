/** The live run: what is trained, which line is lit, and what the plane shows. */
import { signal } from '@preact/signals';
import { announce } from '../../../state/store.ts';
import { createTurns } from '../turn.ts';
import { type Batch, type Cloud, drawBatch, guess, learn, newCloud, sample } from './cloud.ts';
import { GRID } from './grid.ts';
import { runOnPage as run } from './run-on-page.ts';
import { pointsOf, type Shape } from './shapes.ts';

export const LINES = ['repeat', 'picture', 'time', 'noise', 'descend', 'until'] as const;
export type Line = (typeof LINES)[number];

const POINTS = 400;
const DATA_SEED = 7;
/** Milliseconds a line stays lit in the first rounds; later rounds are too fast to follow. */
const SLOW = [900, 450, 150];
/** Losses that one point of the chart is the mean of. */
export const MEAN_OF = 20;
/** Rounds between two looks at the arrows, at most; milliseconds, at least. */
const LOOK = 100;

export const shape = signal<Shape>('moons');
export const points = signal(pointsOf('moons', POINTS, DATA_SEED));
export const cloud = signal<Cloud>(newCloud(1));
export const losses = signal<readonly number[]>([]);
export const line = signal<Line>('repeat');
/** The round on show while it is slow. */
export const batch = signal<Batch | null>(null);
/** The guessed noise on the grid, at `t`. */
export const arrows = signal<Float32Array | null>(null);
export const t = signal(40);
/** Points on their way from noise. */
export const sampled = signal<{ points: Float32Array; t: number } | null>(null);
export const training = signal(false);
export const sampling = signal(false);
const trainTurn = createTurns(training);
const flowTurn = createTurns(sampling);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function choose(to: Shape): void {
  shape.value = to;
  points.value = pointsOf(to, POINTS, DATA_SEED);
  reset();
}

export function reset(): void {
  training.value = false;
  sampling.value = false;
  cloud.value = newCloud(cloud.peek().seed + 1);
  losses.value = [];
  line.value = 'repeat';
  batch.value = null;
  sampled.value = null;
  void look();
}

/** Asks for the arrows as they are now. */
export async function look(): Promise<void> {
  const [asked, time] = [cloud.peek(), t.peek()];
  const noise = await guess(run, asked, GRID, time).catch(() => null);
  if (noise) arrows.value = noise;
}

/** Trains until `training` is false. The first rounds are slow, line by line. */
export async function train(): Promise<void> {
  const turn = trainTurn();
  sampled.value = null;
  let looked = 0;
  try {
    while (turn.goesOn()) {
      const before = cloud.peek();
      const { steps, seed } = before;
      const drawn = drawBatch(points.peek(), seed, steps);
      const slow = SLOW[steps];
      if (slow !== undefined) {
        batch.value = drawn;
        for (const lit of ['picture', 'time', 'noise', 'descend'] as const) {
          line.value = lit;
          await pause(slow);
          if (!turn.goesOn()) return;
        }
      } else {
        batch.value = null;
        line.value = 'descend';
      }
      const { cloud: after, loss } = await learn(run, before, drawn);
      if (cloud.peek() !== before) continue; // begun anew, or the run before was still at this round
      cloud.value = after;
      losses.value = [...losses.peek(), loss];
      if (performance.now() - looked > LOOK) {
        await look();
        looked = performance.now();
      }
    }
  } catch {
    // `trouble` has the sentence
  } finally {
    turn.end();
    await look();
  }
}

/** Lets noise flow along the arrows. */
export async function flow(): Promise<void> {
  training.value = false;
  const turn = flowTurn();
  batch.value = null;
  try {
    await sample(run, cloud.peek(), Math.floor(Math.random() * 2 ** 32), async (at, time) => {
      if (!turn.goesOn()) return false;
      sampled.value = { points: at, t: time };
      if (time % 2 === 0) await new Promise(requestAnimationFrame);
      return turn.goesOn();
    });
    if (turn.goesOn()) announce('The points have arrived.');
  } catch {
    // `trouble` has the sentence
  } finally {
    turn.end();
  }
}
