/**
 * What a student has done as a link: the seed of the numbers, right answers, and a name if one was given. Whoever opens it
 * checks the answers again, so the link needs no server, and no account.
 *
 * A link may be cut or changed on its way, in a mail for example: a sum over all of it tells. It is no signature: who reads
 * this file can make any link.
 */
import { type ChapterId, findChapter } from '../chapters.ts';
import { SEEDS } from './rules/draw.ts';
import { EXERCISES, findExercise } from './table.ts';

export interface Work {
  /** 1 to SEEDS. */
  seed: number;
  /** Empty: none was given. */
  name: string;
  /** By the exercise's id. */
  answers: ReadonlyMap<string, readonly number[]>;
  /** Chapters that are done. */
  chapters: readonly ChapterId[];
}

export const LONGEST_NAME = 40;
const DIGITS = 6;

/** One line, without what a link or a table cannot show. */
export const cleanName = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME)
    .trim();

/** FNV-1a, 32 bits: Fowler, Noll and Vo. */
function sumOf(text: string): string {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum.toString(36);
}

const totalOf = (parts: readonly string[]) => sumOf(parts.join('|'));

/** Rounded as in the link, so that what is checked here is what is checked there. */
export const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

/** The link's settings. */
export function formatWork({ seed, name, answers, chapters }: Work): Record<string, string> {
  const entries = EXERCISES.flatMap(({ id }) => {
    const answer = answers.get(id);
    return answer ? [`${id}_${answer.map(rounded).join('_')}`] : [];
  });
  const parts = [String(seed), cleanName(name), entries.join('*'), chapters.join('.')];
  const [s, n, a, c] = parts as [string, string, string, string];
  return { s, ...(n && { n }), ...(a && { a }), ...(c && { c }), sum: totalOf(parts) };
}

export type ReadWork = { work: Work; left: number } | { fault: string };

/** What a link says. `left` counts answers that belong to no exercise of this page. */
export function readWork(query: URLSearchParams): ReadWork {
  const [s = '', n = '', a = '', c = ''] = ['s', 'n', 'a', 'c'].map((name) => query.get(name) ?? '');
  const seed = Number(s);
  if (s === '') return { fault: 'This link holds no exercises: it was cut before its first answer.' };
  if (query.get('sum') !== totalOf([s, n, a, c])) {
    return { fault: 'This link is not whole: it was cut or changed on its way. Ask for it again, or copy it again.' };
  }
  if (!Number.isInteger(seed) || seed < 1 || seed > SEEDS) {
    return {
      fault: `The seed of a link must be a whole number from 1 to ${SEEDS}, and this one has ${s.slice(0, 20)}.`,
    };
  }
  const answers = new Map<string, number[]>();
  let left = 0;
  for (const entry of a === '' ? [] : a.split('*')) {
    const [id = '', ...numbers] = entry.split('_');
    const answer = numbers.map(Number);
    if (
      findExercise(id)?.length === answer.length &&
      numbers.every((one) => one !== '' && Number.isFinite(Number(one)))
    ) {
      answers.set(id, answer);
    } else left++;
  }
  const chapters = c.split('.').flatMap((id) => findChapter(id)?.id ?? []);
  return { work: { seed, name: cleanName(n), answers, chapters }, left };
}

export interface Link {
  text: string;
  work?: Work;
  /** Why it cannot be read. */
  fault?: string;
}

/** Links in a text, each once, with words and signs around them as a mail has them. */
export function linksIn(text: string): Link[] {
  const found = text.match(/[^\s<(“"]*#\/learn\/hand-in\?[^\s<>]+/g) ?? [];
  const links = new Set(found.map((link) => link.replace(/[>),.;:"'”’]+$/, '')));
  return [...links].map((link) => {
    const known = readWork(new URLSearchParams(link.slice(link.indexOf('?') + 1)));
    return 'fault' in known ? { text: link, fault: known.fault } : { text: link, work: known.work };
  });
}

/** Exercises that are right, checked here and now. */
export function rightOf({ seed, answers }: Pick<Work, 'seed' | 'answers'>): ReadonlySet<string> {
  const right = EXERCISES.filter(({ id, check }) => {
    const answer = answers.get(id);
    return answer !== undefined && check(answer, seed) === undefined;
  });
  return new Set(right.map(({ id }) => id));
}

/** Of hand-ins whose answers were copied with their seed: those of one seed, under several names or answers. */
export function sharedSeeds(works: readonly Work[]): ReadonlySet<number> {
  const seen = new Map<number, Set<string>>();
  for (const work of works) {
    const names = seen.get(work.seed) ?? new Set();
    seen.set(work.seed, names.add(work.name));
  }
  return new Set([...seen].filter(([, names]) => names.size > 1).map(([seed]) => seed));
}
