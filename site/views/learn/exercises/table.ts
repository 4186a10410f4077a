/** All exercises, three a chapter, in the order of the lecture. */
import { CHAPTERS, type ChapterId } from '../chapters.ts';
import { data } from './of/data.ts';
import { destroy } from './of/destroy.ts';
import { game } from './of/game.ts';
import { guess } from './of/guess.ts';
import { improve } from './of/improve.ts';
import { learning } from './of/learning.ts';
import { network } from './of/network.ts';
import { sampling } from './of/sampling.ts';
import { why } from './of/why.ts';
import type { Exercise, MakeExercise } from './rules/exercise.ts';

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
