/** Figures from the answers: score, streak, confusion matrix, and a text to share. */
import type { Kind } from './plan.ts';
import type { Terms } from './terms.ts';

/**
 * What a player's answers are worth. A score alone flatters whoever always gives one answer: of ten pictures seven may
 * be real. So accuracy counts both kinds alike, and has an interval.
 */

/** The normal distribution's 97.5 % quantile. */
const Z = 1.959963984540054;

/** confusion[truth][said] */
export type Confusion = Record<Kind, Record<Kind, number>>;

/** A share with its interval of 95 %, each from 0 to 1. */
interface Share {
  value: number;
  low: number;
  high: number;
}

/** Wilson's interval. Source: Wilson, "Probable inference ..." (JASA 22, 1927). */
export function shareOf(count: number, of: number): Share {
  const value = count / of;
  const spread = (Z * Z) / of;
  const middle = (value + spread / 2) / (1 + spread);
  const half = Math.sqrt(value * (1 - value) * spread + (spread * spread) / 4) / (1 + spread);
  return { value, low: count === 0 ? 0 : middle - half, high: count === of ? 1 : middle + half };
}

/**
 * Balanced accuracy: the mean of the shares of right answers for real and for synthetic pictures. One answer for all
 * pictures has 0.5. Undefined if only one kind was shown.
 *
 * The interval joins Wilson's of both shares. Source: Zou & Donner, "Construction of confidence limits about effect
 * measures" (Statistics in Medicine 27, 2008), equation 2, for a sum.
 */
export function balancedAccuracy({ real, synthetic }: Confusion): Share | undefined {
  const shown = { real: real.real + real.synthetic, synthetic: synthetic.real + synthetic.synthetic };
  if (shown.real === 0 || shown.synthetic === 0) return undefined;
  const a = shareOf(real.real, shown.real);
  const b = shareOf(synthetic.synthetic, shown.synthetic);
  const value = (a.value + b.value) / 2;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.value - b.low) / 2,
    high: value + Math.hypot(a.high - a.value, b.high - b.value) / 2,
  };
}

export interface Answer {
  said: Kind;
  truth: Kind;
  /** What the player went by, if he said so: one of the reasons of `terms.ts`. */
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

interface ReasonScore {
  reason: string;
  right: number;
  of: number;
}

/** Of each reason that was given, in the order of the list. */
export const scoresByReason = (answers: readonly Answer[], { reasons }: Terms): ReasonScore[] =>
  reasons.flatMap((reason) => {
    const given = answers.filter((answer) => answer.reason === reason);
    return given.length === 0 ? [] : [{ reason, right: score(given), of: given.length }];
  });

interface Shared {
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

/** The only answer given, if there is one. */
function onlyAnswer(answers: readonly Answer[]): Kind | undefined {
  const [first] = answers;
  return first && answers.every(({ said }) => said === first.said) ? first.said : undefined;
}

/** One line on a round. It calls answers better or worse than a coin only where the whole interval of their accuracy is. */
export function verdict(answers: readonly Answer[], terms: Terms): string {
  const only = onlyAnswer(answers);
  if (only !== undefined) return `All ${terms[only].as}? That tells nothing apart.`;
  const { low, high } = balancedAccuracy(confusion(answers)) ?? { low: 0, high: 1 };
  if (low > 0.5) return score(answers) === answers.length ? 'Nothing gets past you.' : 'Better than a coin.';
  return high < 0.5 ? 'The model had you there.' : 'A coin could have done that.';
}

/** The figures behind the verdict, in sentences. */
export function verdictReason(answers: readonly Answer[], terms: Terms): string {
  const counts = confusion(answers);
  const balanced = balancedAccuracy(counts);
  const taken = (kind: Kind, other: Kind) =>
    `${counts[kind][other]} of ${counts[kind].real + counts[kind].synthetic} ${terms[kind].many} for ${terms[other].as}`;
  const told = `You took ${taken('synthetic', 'real')}, and ${taken('real', 'synthetic')}.`;
  if (!balanced) return told;
  return `${told} Balanced accuracy, which counts both kinds alike: ${withInterval(balanced)}. A coin has 50 %.`;
}

/** "60 % (33 % to 81 %)" */
const withInterval = ({ value, low, high }: Share): string => `${percent(value)} (${percent(low)} to ${percent(high)})`;

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
