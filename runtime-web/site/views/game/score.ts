/** Figures from the answers: score, streak, confusion matrix, and a text to share. */
import { atLeast, leastBeyondChance } from './chance.ts';
import type { Kind } from './plan.ts';

export interface Answer {
  said: Kind;
  truth: Kind;
}

export const isRight = ({ said, truth }: Answer): boolean => said === truth;

export const score = (answers: readonly Answer[]): number => answers.filter(isRight).length;

/** Right answers in a row so far; `before` is the streak that earlier rounds ended with. */
export function streak(answers: readonly Answer[], before = 0): number {
  return answers.reduce((run, answer) => (isRight(answer) ? run + 1 : 0), before);
}

/** The longest run of right answers; `before` as in `streak`. */
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
  /** Left out for a visitor's own model. */
  link?: string | undefined;
}

/** Right and wrong by place, but not what a picture was, because the link leads to the same round. */
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

/** One line on the round. It calls a score better or worse than a coin only if a coin would seldom reach it. */
export function verdict(right: number, of: number): string {
  const least = leastBeyondChance(of);
  if (least !== undefined && right >= least) return right === of ? 'Nothing gets past you.' : 'Better than a coin.';
  if (least !== undefined && right <= of - least) return 'The model had you there.';
  return 'A coin could have done that.';
}

/** A sentence: how often chance alone does as well, or as badly. */
export function verdictReason(right: number, of: number): string {
  const well = right * 2 >= of;
  const share = atLeast(well ? right : of - right, of); // the coin's two sides are alike
  const end = right === of ? 'all' : right === 0 ? 'none' : `${right} or ${well ? 'more' : 'fewer'}`;
  return `A coin gets ${end} of ${of} right in ${percent(share)} of rounds.`;
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
