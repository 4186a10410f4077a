/** The live run: what is trained, which line is lit, and what the plane shows. */

import { computed, signal } from '@preact/signals';
import { announce, samplingWorker } from '../../../state/store.ts';
import { createTurns, settle, tell } from '../lesson.ts';

import { type Batch, type Cloud, drawBatch, guess, learn, newCloud, type RunGraph, sample } from './cloud.ts';
import { chainOf, GRID, hasRunAway, pointsOf, type Setup, STANDARD, toldOf, whyRunAway } from './setup.ts';

const run: RunGraph = async (name, feeds) => {
  try {
    const source = { kind: 'url', url: 'learn' } as const;
    const answer = await samplingWorker.run({ id: name, source, path: `${name}.onnx`, feeds });
    settle('network');
    return answer;
  } catch (error) {
    tell('network', error);
    throw error;
  }
};

export const LINES = ['repeat', 'picture', 'time', 'noise', 'descend', 'until'] as const;
export type Line = (typeof LINES)[number];

const POINTS = 400;
const DATA_SEED = 7;
/** Milliseconds a line stays lit in the first rounds; later rounds are too fast to follow. */
const SLOW = [900, 450, 150];
/** Losses that one point of the chart is the mean of. */
export const MEAN_OF = 20;
/** Of points on their way, whatever T is; with fewer steps, each stays so many milliseconds. */
const [FRAMES, SLOW_STEP] = [50, 150];
/** Rounds between two looks at the arrows, at most; milliseconds, at least. */
const LOOK = 100;

export const setup = signal<Setup>(STANDARD);
const shape = computed(() => setup.value.data);
export const points = computed(() => pointsOf(shape.value, POINTS, DATA_SEED));
/** Of the forward process. */
export const chain = computed(() => chainOf(setup.value.schedule, setup.value.timesteps));
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
/** Why the run was stopped; the weights are of no use then. */
export const ranAway = signal<string | null>(null);
/** Why it began anew, if not because the visitor said so. */
export const begunAnew = signal<string | null>(null);
export const training = signal(false);
export const sampling = signal(false);
const trainTurn = createTurns(training);
const flowTurn = createTurns(sampling);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Changes what is trained. The rate, the timesteps and the schedule go on at once; other data or another width begin anew. */
export function change(to: Partial<Setup>): void {
  const before = setup.peek();
  const now = { ...before, ...to };
  setup.value = now;
  if (now.data !== before.data || now.width !== before.width) {
    const [on, { steps }] = [training.peek(), cloud.peek()];
    reset();
    if (steps > 0) {
      begunAnew.value = now.data === before.data ? 'A network of another width has other weights' : 'The data is new';
    }
    if (on) void train({ slow: steps === 0 });
  }
  if (now.timesteps === before.timesteps && now.schedule === before.schedule) return;
  sampling.value = false;
  sampled.value = null;
  t.value = Math.round((t.peek() / (before.timesteps - 1)) * (now.timesteps - 1));
  if (!training.peek()) void look();
}

export function reset(): void {
  training.value = false;
  sampling.value = false;
  cloud.value = newCloud(cloud.peek().seed + 1, setup.peek().width);
  losses.value = [];
  line.value = 'repeat';
  batch.value = null;
  sampled.value = null;
  ranAway.value = null;
  begunAnew.value = null;
  void look();
}

/** Asks for the arrows as they are now. */
export async function look(): Promise<void> {
  const [asked, time] = [cloud.peek(), t.peek()];
  const noise = await guess(run, asked, GRID, toldOf(chain.peek(), time)).catch(() => null);
  if (noise) arrows.value = noise;
}

/** Trains until `training` is false, or until the loss has run away. @param slow the first rounds go line by line */
export async function train({ slow = true }: { slow?: boolean } = {}): Promise<void> {
  if (ranAway.peek()) reset();
  const turn = trainTurn();
  sampled.value = null;
  let looked = 0;
  try {
    while (turn.goesOn()) {
      const before = cloud.peek();
      const { steps, seed } = before;
      const made = chain.peek();
      const drawn = drawBatch(points.peek(), seed, steps, made);
      const pace = slow ? SLOW[steps] : undefined;
      if (pace !== undefined) {
        batch.value = drawn;
        for (const lit of ['picture', 'time', 'noise', 'descend'] as const) {
          line.value = lit;
          await pause(pace);
          if (!turn.goesOn()) return;
        }
      } else {
        batch.value = null;
        line.value = 'descend';
      }
      const { rate } = setup.peek();
      const { cloud: after, loss } = await learn(run, before, drawn, { rate, chain: made });
      if (cloud.peek() !== before) continue; // begun anew, or the run before was still at this round
      cloud.value = after;
      losses.value = [...losses.peek(), loss];
      if (hasRunAway(loss)) {
        ranAway.value = whyRunAway(loss, rate);
        return;
      }
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
  const made = chain.peek();
  const every = Math.ceil(made.T / FRAMES);
  const show = async (at: Float32Array, time: number) => {
    if (!turn.goesOn()) return false;
    sampled.value = { points: at, t: time };
    if (time % every === 0) await (made.T < FRAMES ? pause(SLOW_STEP) : new Promise(requestAnimationFrame));
    return turn.goesOn();
  };
  try {
    await sample(run, cloud.peek(), Math.floor(Math.random() * 2 ** 32), show, made);
    if (turn.goesOn()) announce('The points have arrived.');
  } catch {
    // `trouble` has the sentence
  } finally {
    turn.end();
  }
}
