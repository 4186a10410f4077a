/** The lecture as a story: its chapters in order. Each is a folder of that name beside this file. */

export const CHAPTERS = [
  {
    id: 'why',
    title: 'Why diffusion?',
    idea: 'Good pictures, fast sampling, all of the data: every generative model gives up something.',
  },
  {
    id: 'destroy',
    title: 'Destroy a picture',
    idea: 'Adding noise means drawing each pixel from a normal distribution, again and again.',
  },
  {
    id: 'guess',
    title: 'Guess the noise',
    idea: 'The network has one job: look at a noisy picture and say which noise is in it.',
  },
  {
    id: 'network',
    title: 'Inside the network',
    idea: 'A U-Net looks at the picture at several sizes, and is told the time t at every one of them.',
  },
  {
    id: 'data',
    title: 'From films to batches',
    idea: 'A network takes small squares of numbers from −1 to 1, a handful at a time.',
  },
  {
    id: 'learning',
    title: 'How it learns',
    idea: 'Training is one line, repeated: guess the noise of one noisy picture, then correct the guess a little.',
  },
  {
    id: 'sampling',
    title: 'From noise to a picture',
    idea: 'Sampling takes away a part of the guessed noise, adds a little fresh noise, and asks again.',
  },
  {
    id: 'improve',
    title: 'Make it better',
    idea: 'The first network that works is not the best one. Change one thing at a time, and look.',
  },
  {
    id: 'game',
    title: 'Real or synthetic?',
    idea: 'The last judge of a generated picture is somebody who looks at it.',
  },
] as const;

export type ChapterId = (typeof CHAPTERS)[number]['id'];
export interface Chapter {
  readonly id: ChapterId;
  readonly title: string;
  /** One sentence. */
  readonly idea: string;
}

export const findChapter = (id: string): Chapter | undefined => CHAPTERS.find((chapter) => chapter.id === id);

/** The chapters before and after. */
export function neighbours(id: ChapterId): { before: Chapter | undefined; after: Chapter | undefined; number: number } {
  const at = CHAPTERS.findIndex((chapter) => chapter.id === id);
  return { before: CHAPTERS[at - 1], after: CHAPTERS[at + 1], number: at + 1 };
}

/** The page of all exercises. */
export const SHEET = { id: 'sheet', title: 'Exercises, for the teacher' } as const;
