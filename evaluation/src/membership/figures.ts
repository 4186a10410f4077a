/**
 * The figures of every attack: each error at each timestep with one threshold for all images, and, with shadows, likelihood ratios of each
 * attack and of all of them.
 *
 * The more attacks are tried, the better the best one looks by chance. So what is said of the strongest takes all of them into account, by
 * Bonferroni: each figure's chance to be wrong is 5 % divided by the number of figures.
 */
import { type AttackPlan, columnsOf } from './attacks.ts';
import { logRatios, type Shadow } from './lira.ts';
import { areaUnderCurve, exceedsChance, foundAt, heldOutFor, shareInterval } from './roc.ts';
import type { AttackFigures, FoundShare } from './types.ts';

/** Chance that an interval of 95 % is wrong. */
const CHANCE = 0.05;
/** Shares of false positives. */
const FALSE_POSITIVES = [0.01, 0.001] as const;

interface ScoredImages {
  /** [images, columns], the training images first. */
  scores: Float64Array;
  /** How many are training images. */
  members: number;
  /** [images] */
  groups: ArrayLike<number>;
  shadows: readonly Shadow[];
}

interface Ranked {
  /** Of each attack, in the order of their figures: scores of all images, higher for training images. */
  scores: Float64Array[];
  figures: AttackFigures[];
  /** Of `figures`. */
  strongest: number;
}

type Rank = Pick<AttackFigures, 'attack' | 'timestep' | 'calibrated'> & { scores: Float64Array };

export function rankAttacks(images: ScoredImages, plan: AttackPlan): Ranked {
  const ranks = ranksOf(images, plan);
  const tests = ranks.length * (1 + FALSE_POSITIVES.length);
  const figures = ranks.map((rank) => figuresOf(rank, images, CHANCE / tests));
  const leaks = figures.some(exceeds);
  const candidates = figures.flatMap((each, i) => (exceeds(each) === leaks ? [i] : []));
  const strongest = candidates.reduce((a, b) => (figures[b]!.auc.value > figures[a]!.auc.value ? b : a));
  return { scores: ranks.map(({ scores }) => scores), figures, strongest };
}

/** Whether it does better than chance, all attacks considered. */
export const exceeds = ({ auc, found }: AttackFigures): boolean =>
  auc.joint[0] > 0.5 || found.some(({ exceedsChance }) => exceedsChance);

function ranksOf({ scores, shadows }: ScoredImages, plan: AttackPlan): Rank[] {
  const width = columnsOf(plan);
  const { attacks, timesteps } = plan;
  const count = scores.length / width;
  const plain = attacks.flatMap((attack, a) =>
    timesteps.map((timestep, k): Rank => {
      const column = a * timesteps.length + k;
      return {
        attack,
        timestep,
        calibrated: false,
        scores: Float64Array.from({ length: count }, (_, i) => scores[i * width + column]!),
      };
    }),
  );
  if (shadows.length === 0) return plain;
  const ratios = (columns: number[]) => logRatios(scores, shadows, { columns, width });
  const calibrated = attacks.map((attack, a): Rank => {
    return { attack, calibrated: true, scores: ratios(timesteps.map((_, k) => a * timesteps.length + k)) };
  });
  const every = Array.from({ length: width }, (_, column) => column);
  const all: Rank[] = attacks.length > 1 ? [{ attack: 'all', calibrated: true, scores: ratios(every) }] : [];
  return [...plain, ...calibrated, ...all];
}

function figuresOf({ scores, ...about }: Rank, { members, groups }: ScoredImages, chance: number): AttackFigures {
  const part = (from: number, to?: number) => ({
    scores: scores.subarray(from, to),
    groups: Array.from(groups).slice(from, to),
  });
  const [own, others] = [part(0, members), part(members)];
  const area = areaUnderCurve(own, others);
  return {
    ...about,
    auc: { value: area.value, interval: area.interval(CHANCE), joint: area.interval(chance) },
    found: FALSE_POSITIVES.map((at): FoundShare => {
      const found = foundAt(own.scores, others.scores, at);
      const known = others.scores.length >= heldOutFor(at);
      return {
        at,
        value: known ? found.hits / found.members : null,
        interval: known ? shareInterval(found.hits, found.members, CHANCE) : null,
        falsePositives: found.alarms,
        exceedsChance: exceedsChance(found, chance),
      };
    }),
  };
}
