/** Answers to figures: score, streak, who was taken for what, and a text to share. */
import type { Kind } from './plan.ts';

export interface Answer {
  said: Kind;
  truth: Kind;
}

export const isRight = ({ said, truth }: Answer): boolean => said === truth;

export const score = (answers: readonly Answer[]): number => answers.filter(isRight).length;

/** Right answers in a row up to now, going on from `before` rounds past. */
export function streak(answers: readonly Answer[], before = 0): number {
  return answers.reduce((run, answer) => (isRight(answer) ? run + 1 : 0), before);
}

/** The longest run of right answers, going on from `before`. */
export function longestStreak(answers: readonly Answer[], before = 0): number {
  let run = before;
  return answers.reduce((longest, answer) => {
    run = isRight(answer) ? run + 1 : 0;
    return Math.max(longest, run);
  }, before);
}

/** confusion[truth][said] */
export type Confusion = Record<Kind, Record<Kind, number>>;

export function confusion(answers: readonly Answer[]): Confusion {
  const count: Confusion = { real: { real: 0, synthetic: 0 }, synthetic: { real: 0, synthetic: 0 } };
  for (const { truth, said } of answers) count[truth][said]++;
  return count;
}

export interface Shared {
  answers: readonly Answer[];
  title: string;
  best: number;
  /** Left out for a model that nobody else has. */
  link?: string | undefined;
}

/** Right and wrong by place, but not what a picture was: whoever gets the link plays the same round. */
export function shareText({ answers, title, best, link }: Shared): string {
  const { real, synthetic } = confusion(answers);
  const marks = answers.map((answer) => (isRight(answer) ? '🟩' : '⬜')).join('');
  const lines = [
    `Real or synthetic? ${score(answers)} of ${answers.length} (${title})`,
    marks,
    `${synthetic.real} synthetic taken for real, ${real.synthetic} real for synthetic. Best streak ${best}.`,
  ];
  return (link === undefined ? lines : [...lines, link]).join('\n');
}

/** One line on how the round went. */
export function verdict(right: number, of: number): string {
  if (right === of) return 'Nothing gets past you.';
  if (right >= 0.8 * of) return 'A sharp eye.';
  if (right > 0.5 * of) return 'Better than a coin.';
  if (right === 0.5 * of) return 'As good as a coin.';
  return 'The model had you there.';
}
