/** Figures from the answers: score, streak, confusion matrix, and a text to share. */
import { balancedAccuracy, type Confusion, type Share, shuffled } from './chance.ts';
import type { Kind } from './plan.ts';
import type { Terms } from './terms.ts';

export interface Answer {
  said: Kind;
  truth: Kind;
  /** What the player went by, if he said so: an id of `reasons.ts`. */
  reason?: string | undefined;
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

/** How often which kind was taken for which. */
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
  terms: Terms;
}

/** Right and wrong by place, but not what a picture was, because the link leads to the same round. */
export function shareText({ answers, title, best, link, terms: names }: Shared): string {
  const { real, synthetic } = confusion(answers);
  const marks = answers.map((answer) => (isRight(answer) ? '🟩' : '⬜')).join('');
  const lines = [
    `${names.title} ${score(answers)} of ${answers.length} (${title})`,
    marks,
    `${synthetic.real} ${names.synthetic.word} taken for ${names.real.word}, ${real.synthetic} ${names.real.word} for ${names.synthetic.word}. Best streak ${best}.`,
  ];
  return (link === undefined ? lines : [...lines, link]).join('\n');
}

/** Less likely than this is more than chance. One-sided. */
const RARE = 0.05;

/** The only answer given, if there is one. */
function onlyAnswer(answers: readonly Answer[]): Kind | undefined {
  const [first] = answers;
  return first && answers.every(({ said }) => said === first.said) ? first.said : undefined;
}

/** One line on a round. It calls answers better or worse than chance only if chance would seldom reach them. */
export function verdict(answers: readonly Answer[], terms: Terms): string {
  const only = onlyAnswer(answers);
  if (only !== undefined) return `All ${terms[only].as}? That tells nothing apart.`;
  const { asWell, asBadly } = shuffled(confusion(answers));
  if (asWell < RARE) return score(answers) === answers.length ? 'Nothing gets past you.' : 'Better than a coin.';
  return asBadly < RARE ? 'The model had you there.' : 'A coin could have done that.';
}

/** Sentences on the figures behind the verdict. */
export function verdictReason(answers: readonly Answer[]): string {
  const counts = confusion(answers);
  const balanced = balancedAccuracy(counts);
  const { asWell, asBadly } = shuffled(counts);
  const well = balanced === undefined || balanced.value >= 0.5;
  const chance = `Your own answers in random order do as ${well ? 'well' : 'badly'} in ${percent(well ? asWell : asBadly)} of tries.`;
  if (balanced === undefined) return chance;
  return `Balanced accuracy, which counts both kinds alike: ${withInterval(balanced)}. A coin has 50 %. ${chance}`;
}

/** "60 % (33 % to 81 %)" */
export const withInterval = ({ value, low, high }: Share): string =>
  `${percent(value)} (${percent(low)} to ${percent(high)})`;

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
