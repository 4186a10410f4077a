/**
 * What a class answered, added up. All players saw the same pictures, so the mean of their balanced accuracies is that of all
 * answers together.
 */
import { checkInteger } from '@onnoise/scheduler/rules';
import { balancedAccuracy, type Confusion, type Share, type Shuffled } from '../rules/chance.ts';
import type { Kind } from '../rules/plan.ts';

/** A player's answers, one for each picture: true for synthetic. */
export type Answers = readonly boolean[];

/** One that was wrong about a picture. */
export interface PictureTally {
  kind: Kind;
  /** Players who took it for the other kind. */
  fooled: number;
}

export interface Tally {
  players: number;
  confusion: Confusion;
  /** Undefined without players. */
  accuracy: Share | undefined;
  chance: Shuffled | undefined;
  /** Ways to deal the kinds to the pictures: without an error, chance does as well once in so many. */
  deals: number;
  pictures: PictureTally[];
}

export function tallyOf(truths: readonly Kind[], played: readonly Answers[]): Tally {
  const confusion = confusionOf(truths, played);
  return {
    players: played.length,
    confusion,
    accuracy: played.length === 0 ? undefined : accuracyOf(truths, played),
    chance: played.length === 0 ? undefined : redealt(truths, played),
    deals: waysToDeal(truths),
    pictures: truths.map((kind, place) => ({
      kind,
      fooled: played.filter((answers) => saidAt(answers, place) !== kind).length,
    })),
  };
}

function waysToDeal(truths: readonly Kind[]): number {
  const reals = truths.filter((kind) => kind === 'real').length;
  return Array.from({ length: reals }, (_, i) => (truths.length - i) / (reals - i)).reduce(
    (ways, more) => ways * more,
    1,
  );
}

const saidAt = (answers: Answers, place: number): Kind => (answers[place] ? 'synthetic' : 'real');

function confusionOf(truths: readonly Kind[], played: readonly Answers[]): Confusion {
  const count: Confusion = { real: { real: 0, synthetic: 0 }, synthetic: { real: 0, synthetic: 0 } };
  for (const answers of played) for (const [place, truth] of truths.entries()) count[truth][saidAt(answers, place)]++;
  return count;
}

/**
 * Balanced accuracy of all answers. Its interval of 95 % is the wider of two: of the answers taken one by one, and of the
 * mean over players (Student's t), who differ in how well they tell.
 */
function accuracyOf(truths: readonly Kind[], played: readonly Answers[]): Share | undefined {
  const all = balancedAccuracy(confusionOf(truths, played));
  if (!all || played.length < 2) return all;
  const each = played.map((answers) => balancedAccuracy(confusionOf(truths, [answers]))!.value);
  const variance = each.reduce((sum, value) => sum + (value - all.value) ** 2, 0) / (each.length - 1);
  const half = studentQuantile(each.length - 1) * Math.sqrt(variance / each.length);
  return {
    value: all.value,
    low: Math.max(0, Math.min(all.low, all.value - half)),
    high: Math.min(1, Math.max(all.high, all.value + half)),
  };
}

/**
 * Probabilities that the same answers do as well, and as badly, where chance deals the kinds to the pictures: exact, over all
 * ways to deal them. For one player this is Fisher's exact test. The pictures are what is dealt, because players who see the
 * same picture often err alike: counting each answer as a chance of its own would find much where there is little.
 */
function redealt(truths: readonly Kind[], played: readonly Answers[]): Shuffled {
  const saidReal = truths.map((_, place) => played.filter((answers) => !answers[place]).length);
  const reals = truths.filter((kind) => kind === 'real').length;
  const observed = truths.reduce((sum, kind, place) => sum + (kind === 'real' ? saidReal[place]! : 0), 0);
  // ways[n][s]: in how many ways n pictures are called real s times in all.
  const most = saidReal.reduce((sum, count) => sum + count, 0);
  checkInteger('weigh answers', 'answers', most, 0, 1_000_000);
  const ways = Array.from({ length: reals + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  for (const count of saidReal) {
    for (let n = reals; n >= 1; n--) {
      for (let s = most; s >= count; s--) ways[n]![s]! += ways[n - 1]![s - count]!;
    }
  }
  const last = ways[reals]!;
  const all = last.reduce((sum, count) => sum + count, 0);
  const share = (from: number, to: number) => last.subarray(from, to).reduce((sum, count) => sum + count, 0) / all;
  return { asWell: share(observed, most + 1), asBadly: share(0, observed + 1) };
}

/** 97.5 % quantiles of Student's t for 1 to 4 degrees of freedom. */
const FEW = [12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934];
const Z = 1.959963984540054;

/** The 97.5 % quantile of Student's t, to 0.0002. Source: Abramowitz & Stegun, 26.7.5. */
export function studentQuantile(degrees: number): number {
  const few = FEW[degrees - 1];
  if (few !== undefined) return few;
  const z2 = Z * Z;
  const terms = [
    (Z * (z2 + 1)) / 4,
    (Z * ((5 * z2 + 16) * z2 + 3)) / 96,
    (Z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / 384,
    (Z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945)) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), Z);
}
