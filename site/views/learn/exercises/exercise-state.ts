/** What this browser's student has done: kept here where the browser allows it, and in the link. */
import { computed, signal } from '@preact/signals';
import { read, remember, whenChanged } from '../../../state/memory.ts';
import { done, markDone } from '../progress.ts';
import { cleanName, formatWork, readWork, rightOf, rounded, type Work } from './hand-in.ts';
import { SEEDS } from './rules/draw.ts';

const KEPT = 'learn.exercises';

type Kept = Omit<Work, 'chapters'>;

/** From 1; others than a neighbour's, most likely. */
const newSeed = () => 1 + Math.floor(Math.random() * SEEDS);

/** The kept text, or a beginning if there is none or it is damaged. */
function parseKept(text: string | undefined): Kept {
  const known = readWork(new URLSearchParams(text ?? ''));
  return 'work' in known ? known.work : { seed: newSeed(), name: '', answers: new Map() };
}

export const kept = signal<Kept>(parseKept(read(KEPT)));
if (read(KEPT) === undefined) keep(kept.peek()); // a reload has the same numbers

whenChanged(KEPT, () => {
  kept.value = parseKept(read(KEPT));
});

function keep(next: Kept): void {
  kept.value = next;
  remember(KEPT, new URLSearchParams(formatWork({ ...next, chapters: [] })).toString());
}

/** Of this browser, whole. */
export const work = computed<Work>(() => ({ ...kept.value, chapters: [...done.value] }));
/** Ids of exercises that are done. */
export const right = computed(() => rightOf(kept.value));

/** Checks an answer, and keeps it if it is right. @returns why it is wrong */
export function answer(
  exercise: { id: string; check(answer: readonly number[], seed: number): string | undefined },
  given: readonly number[],
) {
  const now = kept.peek();
  const numbers = given.map(rounded);
  const fault = exercise.check(numbers, now.seed);
  if (fault === undefined) keep({ ...now, answers: new Map([...now.answers, [exercise.id, numbers]]) });
  return fault;
}

export function nameIt(name: string): void {
  keep({ ...kept.peek(), name: cleanName(name) });
}

/** Whether it has nothing that a link would overwrite. */
export const isEmpty = (): boolean => kept.peek().answers.size === 0;

/** Goes on with a link's work. With the same seed, what is done here stays. */
export function takeOver({ seed, name, answers, chapters }: Work): void {
  const now = kept.peek();
  const mine = now.seed === seed ? now.answers : new Map<string, readonly number[]>();
  keep({ seed, name: name || (now.seed === seed ? now.name : ''), answers: new Map([...mine, ...answers]) });
  for (const id of chapters) markDone(id);
}
