/** All exercises, three a chapter, in the order of the lecture; and what this browser's student has done of them. */

import { computed, signal } from '@preact/signals';
import { read, remember, whenChanged } from '../../../state/memory.ts';
import { CHAPTERS, type ChapterId } from '../chapters.ts';
import { type Exercise, type MakeExercise, SEEDS } from './exercise.ts';
import { destroy, guess, why } from './noise.ts';
import { game, improve, sampling } from './sampling.ts';
import { data, learning, network } from './training.ts';

const OF: Readonly<Record<ChapterId, readonly MakeExercise[]>> = {
  why,
  destroy,
  guess,
  network,
  data,
  learning,
  sampling,
  improve,
  game,
};

/** Chapter and place make the stream of an exercise's numbers: a new one goes to the end of its chapter, and changes no other's. */
export const EXERCISES: readonly Exercise[] = CHAPTERS.flatMap(({ id }, chapter) =>
  OF[id].map((make, i) => make(i + 1, 10 * chapter + i)),
);

export const exercisesOf = (chapter: ChapterId): Exercise[] => EXERCISES.filter((one) => one.chapter === chapter);
export const findExercise = (id: string): Exercise | undefined => EXERCISES.find((one) => one.id === id);

/** What this browser's student has done: the seed of the numbers and right answers, kept here where the browser allows it. */

const KEPT = 'learn.exercises';
const DIGITS = 6;

interface Kept {
  /** 1 to SEEDS. */
  seed: number;
  /** By the exercise's id. */
  answers: ReadonlyMap<string, readonly number[]>;
}

/** The kept text, `s=4711&a=data-3_49*game-3_2`, or a beginning if there is none or it is damaged; a neighbour's has another seed. */
function parseKept(text: string | undefined): Kept {
  const query = new URLSearchParams(text ?? '');
  const seed = Number(query.get('s'));
  if (!Number.isInteger(seed) || seed < 1 || seed > SEEDS) {
    return { seed: 1 + Math.floor(Math.random() * SEEDS), answers: new Map() };
  }
  const answers = new Map<string, number[]>();
  for (const entry of (query.get('a') ?? '').split('*')) {
    const [id = '', ...numbers] = entry.split('_');
    const answer = numbers.map(Number);
    if (findExercise(id)?.length === answer.length && answer.every(Number.isFinite)) answers.set(id, answer);
  }
  return { seed, answers };
}

export const kept = signal<Kept>(parseKept(read(KEPT)));
if (read(KEPT) === undefined) keep(kept.peek()); // a reload has the same numbers

whenChanged(KEPT, () => {
  kept.value = parseKept(read(KEPT));
});

function keep(next: Kept): void {
  kept.value = next;
  const answers = [...next.answers].map(([id, numbers]) => [id, ...numbers].join('_')).join('*');
  remember(KEPT, new URLSearchParams({ s: String(next.seed), a: answers }).toString());
}

/** Ids of exercises that are done: the kept answers are checked again. */
export const right = computed<ReadonlySet<string>>(() => {
  const { seed, answers } = kept.value;
  const done = EXERCISES.filter(({ id, check }) => {
    const answer = answers.get(id);
    return answer !== undefined && check(answer, seed) === undefined;
  });
  return new Set(done.map(({ id }) => id));
});

/** Checks an answer, and keeps it if it is right. @returns why it is wrong */
export function answer(
  exercise: { id: string; check(answer: readonly number[], seed: number): string | undefined },
  given: readonly number[],
) {
  const now = kept.peek();
  const numbers = given.map((value) => Number(value.toPrecision(DIGITS)));
  const fault = exercise.check(numbers, now.seed);
  if (fault === undefined) keep({ ...now, answers: new Map([...now.answers, [exercise.id, numbers]]) });
  return fault;
}
