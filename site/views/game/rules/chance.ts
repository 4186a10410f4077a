/**
 * What a player's answers are worth. A score alone flatters whoever always gives one answer: of ten pictures seven may
 * be real. So chance is the player's own answers, shuffled, and accuracy counts both kinds alike.
 */
import { checkInteger } from '@onnoise/scheduler/rules';
import { FEWEST, type Kind, MOST_PICTURES } from './plan.ts';

const MOST = 100_000;
/** The normal distribution's 97.5 % quantile. */
const Z = 1.959963984540054;

/** confusion[truth][said] */
export type Confusion = Record<Kind, Record<Kind, number>>;

/** A share with its interval of 95 %, each from 0 to 1. */
export interface Share {
  value: number;
  low: number;
  high: number;
}

/** Wilson's interval. Source: Wilson, "Probable inference ..." (JASA 22, 1927). */
export function shareOf(count: number, of: number): Share {
  checkInteger('weigh answers', 'pictures', of, 1, MOST);
  checkInteger('weigh answers', 'right answers', count, 0, of);
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

/** Probabilities that the same answers, dealt to the pictures at random, do as well, and as badly. */
export interface Shuffled {
  asWell: number;
  asBadly: number;
}

/**
 * Fisher's exact test, both tails: the number of real pictures that were called real is hypergeometric.
 * Source: Fisher, "The Design of Experiments" (1935), chapter 2: the lady tasting tea.
 */
export function shuffled({ real, synthetic }: Confusion): Shuffled {
  const reals = real.real + real.synthetic;
  const others = synthetic.real + synthetic.synthetic;
  const saidReal = real.real + synthetic.real;
  checkInteger('weigh answers', 'pictures', reals + others, 1, 1000);
  const ways = (hits: number) => choose(reals, hits) * choose(others, saidReal - hits);
  let asWell = 0n;
  let asBadly = 0n;
  for (let hits = Math.max(0, saidReal - others); hits <= Math.min(reals, saidReal); hits++) {
    if (hits >= real.real) asWell += ways(hits);
    if (hits <= real.real) asBadly += ways(hits);
  }
  const all = choose(reals + others, saidReal);
  return { asWell: divide(asWell, all), asBadly: divide(asBadly, all) };
}

/**
 * The share of right answers that counting alone can reach: a player who looks at no picture, learns the truth after each
 * answer, and calls the kind that is more often left. A coin decides each place, but a round shows at least FEWEST of either
 * kind, so what was shown tells a little of what comes.
 */
export function counterShare(pictures: number): number {
  checkInteger('weigh a count', 'pictures', pictures, 2 * FEWEST, MOST_PICTURES);
  const rounds = (left: number, seen: number): number => {
    let ways = 0n;
    for (let more = 0; more <= left; more++) {
      if (seen + more >= FEWEST && seen + more <= pictures - FEWEST) ways += choose(left, more);
    }
    return Number(ways);
  };
  let right = 0;
  for (let place = 0; place < pictures; place++) {
    const left = pictures - place - 1;
    for (let seen = 0; seen <= place; seen++) {
      right += Number(choose(place, seen)) * Math.max(rounds(left, seen), rounds(left, seen + 1));
    }
  }
  return right / (pictures * rounds(pictures, 0));
}

/** Ways to choose `some` of `all`. */
function choose(all: number, some: number): bigint {
  let ways = 1n;
  for (let i = 1; i <= some; i++) ways = (ways * BigInt(all - some + i)) / BigInt(i);
  return ways;
}

const PRECISION = 2n ** 60n;
const divide = (part: bigint, whole: bigint): number => Number((part * PRECISION) / whole) / Number(PRECISION);
