/** Two teachers and a student in the plane: how far they have learnt, and where their paths go. */
import { computed, signal } from '@preact/signals';
import { announce, models } from '../../../../state/store.ts';
import { type Cloud, newCloud } from '../../learning/cloud.ts';
import { runOnPage as run } from '../../learning/run-on-page.ts';
import { pointsOf, type Shape } from '../../learning/shapes.ts';
import { tell } from '../../trouble.ts';
import { createTurns, type Turn } from '../../turn.ts';
import { joined, lesson, noiseOf, type Pairs, pairsOfTeacher, sayOf, studentOf } from './lessons.ts';
import { bend, distance } from './measures.ts';
import { diffusion, flow, type Process, walk } from './process.ts';
import { type Settings, type Show, STANDARD, STEPS } from './settings.ts';
import { pairsOf } from './students.ts';

export const NAMES = ['diffusion', 'flow', 'student'] as const;
export type Name = (typeof NAMES)[number];

/** The student is a model of flow matching, too. */
export const PROCESS: Record<Name, Process> = { diffusion, flow, student: flow };

/** Of the path that all others are compared with. */
export const FINE = 100;
/** Points of the data. */
const POINTS = 400;
const DATA_SEED = 7;
/** Of the networks, of the noise that the student learns from, and of that on show. */
const SEEDS: Record<Name | 'pairs' | 'shown', number> = { diffusion: 1, flow: 1, student: 2, pairs: 3, shown: 4 };
/** Rounds of training. A student begins with its teacher's weights, so that it needs fewer. */
export const ROUNDS: Record<Name, number> = { diffusion: 800, flow: 800, student: 400 };
const LEARNING_RATE = 2e-2;
/** Batches of pairs that a teacher makes for its student, and its steps. */
const LESSONS = { batches: 8, steps: 50 };
/** Milliseconds between two signs of progress, at least. */
const LOOK = 100;

export interface Result {
  /** The points after each step of the fine path, the noise first. */
  fine: readonly Float32Array[];
  /** The same in each number of `STEPS`. */
  few: ReadonlyMap<number, readonly Float32Array[]>;
  /** Length of the fine path over the straight line. */
  bend: number;
  /** Mean distance of the ends from those of the fine path. */
  missed: ReadonlyMap<number, number>;
}

/** What is under way. */
export interface Stage {
  name: Name;
  work: 'learning' | 'pairs' | 'paths';
  /** 0 to 1; null: a moment. */
  share: number | null;
}

export const steps = signal(STANDARD.steps);
export const shape = signal<Shape>(STANDARD.data);
export const show = signal<Show>(STANDARD.show);
export const student = signal<string | undefined>(STANDARD.student);
export const settings = computed<Settings>(() => ({
  steps: steps.value,
  data: shape.value,
  show: show.value,
  student: student.value,
}));

export const points = computed(() => pointsOf(shape.value, POINTS, DATA_SEED));
/** Where all paths begin. */
export const noise = noiseOf(SEEDS.shown, 0);
export const results = signal<Partial<Record<Name, Result>>>({});
export const learning = signal(false);
export const stage = signal<Stage | null>(null);
/** Whether all three have learnt. */
export const learnt = computed(() => NAMES.every((name) => results.value[name]));

/** Shipped students. */
export const pairs = computed(() => pairsOf(models.value));

/** What was asked last to compute: what goes wrong is shown there. */
export const asked = signal<'plane' | 'pictures'>('plane');

let clouds: Partial<Record<Name, Cloud>> = {};
const learnTurn = createTurns(learning);

export function apply(to: Settings): void {
  if (to.data !== shape.peek()) choose(to.data);
  steps.value = to.steps;
  show.value = to.show;
  student.value = to.student;
}

/** Other data: all begin anew. */
export function choose(to: Shape): void {
  learning.value = false;
  shape.value = to;
  clouds = {};
  results.value = {};
  stage.value = null;
}

/** Learns what is not learnt yet, until all is done or `learning` is false. */
export async function learn(): Promise<void> {
  const turn = learnTurn();
  asked.value = 'plane';
  try {
    for (const name of NAMES) {
      if (results.peek()[name]) continue;
      const taught = await taughtBy(turn, name);
      if (!taught || !(await train(turn, name, taught))) return;
      stage.value = { name, work: 'paths', share: null };
      const result = await resultOf(name);
      if (!turn.goesOn()) return;
      results.value = { ...results.peek(), [name]: result };
    }
    announce('The networks have learnt.');
  } catch (error) {
    tell('network', error);
  } finally {
    turn.end();
    if (!learning.peek()) stage.value = null;
  }
}

/** What a network learns from. @returns undefined where the run was stopped */
async function taughtBy(turn: Turn, name: Name): Promise<Pairs | undefined> {
  const data = { points: points.peek() };
  if (name !== 'student') return data;
  const made: Required<Pairs>[] = [];
  for (let i = 0; i < LESSONS.batches; i++) {
    stage.value = { name, work: 'pairs', share: i / LESSONS.batches };
    made.push(await pairsOfTeacher(sayOf(run, flow, clouds.flow!), noiseOf(SEEDS.pairs, i), LESSONS.steps));
    if (!turn.goesOn()) return undefined;
  }
  return joined(made);
}

/** @returns false where the run was stopped */
async function train(turn: Turn, name: Name, taught: Pairs): Promise<boolean> {
  const rounds = ROUNDS[name];
  const fresh = () => (name === 'student' ? studentOf(clouds.flow!, SEEDS.student) : newCloud(SEEDS[name]));
  let cloud = clouds[name] ?? fresh();
  let looked = 0;
  while (cloud.steps < rounds) {
    cloud = (await lesson(run, PROCESS[name], cloud, taught, { lr: LEARNING_RATE, rounds })).cloud;
    if (!turn.goesOn()) return false;
    clouds[name] = cloud;
    if (performance.now() - looked < LOOK) continue;
    looked = performance.now();
    stage.value = { name, work: 'learning', share: cloud.steps / rounds };
  }
  return true;
}

async function resultOf(name: Name): Promise<Result> {
  const process = PROCESS[name];
  const say = sayOf(run, process, clouds[name]!);
  const fine = await walk(say, process, noise, FINE);
  const few = new Map<number, Float32Array[]>();
  for (const count of STEPS) few.set(count, await walk(say, process, noise, count));
  const missed = new Map([...few].map(([count, places]) => [count, distance(places.at(-1)!, fine.at(-1)!)]));
  return { fine, few, bend: bend(fine), missed };
}
