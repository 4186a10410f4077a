/** Two errors of a guess where several answers are possible, and the guesses that make them smallest. */

export type ErrorName = 'l1' | 'l2';

/** The mean over all answers. */
export function errorOf(name: ErrorName, answers: readonly number[], guess: number): number {
  const sizes = answers.map((answer) => Math.abs(answer - guess));
  return sizes.reduce((sum, size) => sum + (name === 'l1' ? size : size * size), 0) / answers.length;
}

/** Makes L2 smallest. */
export const meanOf = (answers: readonly number[]): number =>
  answers.reduce((sum, answer) => sum + answer, 0) / answers.length;

/** Makes L1 smallest; of an even count the middle of the two in the middle, between which L1 is flat. */
export function medianOf(answers: readonly number[]): number {
  const sorted = [...answers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** Answers that agree, and one that does not. */
export const withOutlier = (outlier: number): number[] => [-0.35, -0.2, -0.1, 0, 0.05, 0.15, 0.3, 0.4, outlier];

/** Of the answers of `camps`. */
export const ANSWERS = 20;

/** Two camps, of which `rare` answers are in the right one. */
export const camps = (rare: number): number[] =>
  Array.from({ length: ANSWERS }, (_, i) => (i < ANSWERS - rare ? -1 : 1));
