/** Recorded runs of the tutorial's network and its improvements: scripts/learn/improve.ts at commit 8931a9fe; and what their seeds say. */
import recorded from './runs.json' with { type: 'json' };

export interface Run {
  id: string;
  /** That made it. */
  command: string;
  /** Losses that one point is the mean of. */
  meanOf: number;
  /** One a point. */
  losses: readonly number[];
  /** The loss at the end on images that were held out, with each seed; the first is that of the losses and pictures. */
  seeds: { seed: number; heldOut: number }[];
}

export const RUNS: readonly Run[] = recorded;

export const FIRST = 'tutorial';

export interface Improvement {
  id: string;
  name: string;
  /** One sentence. */
  why: string;
  /** Its loss is of other noise, so it says nothing beside the others. */
  otherNoise?: boolean;
}

export const IMPROVEMENTS: readonly Improvement[] = [
  {
    id: 'schedule',
    name: 'Another schedule: cosine',
    why: 'The linear schedule leaves some of the picture at T, which sampling then lacks. The cosine ends in pure noise.',
    otherNoise: true,
  },
  {
    id: 'betas',
    name: 'Learned betas',
    why: 'The schedule is trained too: more of the timesteps go where there is something to learn.',
    otherNoise: true,
  },
  {
    id: 'attention',
    name: 'Attention',
    why: 'At the bottom of the U, every place may look at every other, however far it is.',
  },
  {
    id: 'residual',
    name: 'Residual connections',
    why: 'Each block adds to its input in place of replacing it, so gradients reach the first layers.',
  },
  {
    id: 'activation',
    name: 'Activation: SiLU',
    why: 'Smooth where ReLU has a corner, so small values still have a gradient.',
  },
  {
    id: 'norm',
    name: 'GroupNorm for BatchNorm',
    why: 'BatchNorm mixes pictures of different t in one batch. GroupNorm looks at each picture alone.',
  },
  {
    id: 'all',
    name: 'All but learned betas',
    why: 'Improvements add up, but not all of them, and not always.',
    otherNoise: true,
  },
];

export const runOf = (id: string): Run => RUNS.find((run) => run.id === id)!;

/** 0.975 quantiles of Student's t, by degrees of freedom from 1 on. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093,
];

export interface Interval {
  mean: number;
  /** With 95 %, if the values are normal; undefined for a single value, which says nothing about others. */
  range: readonly [low: number, high: number] | undefined;
}

/** @param values one to twenty */
export function intervalOf(values: readonly number[]): Interval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, range: undefined };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = STUDENT[count - 2]! * Math.sqrt(variance / count);
  return { mean, range: [mean - half, mean + half] };
}

/** Of the held-out loss, from the tutorial's run with the same seed to this one: what both have in common cancels out. */
export function differencesOf({ seeds }: Run, first: Run = runOf(FIRST)): { seed: number; difference: number }[] {
  return seeds.flatMap(({ seed, heldOut }) => {
    const same = first.seeds.find((one) => one.seed === seed);
    return same ? [{ seed, difference: heldOut - same.heldOut }] : [];
  });
}

export type Verdict = 'better' | 'worse' | 'open' | 'alone';

/** Whether the interval lies on one side of 0. */
export function verdictOf({ range }: Interval): Verdict {
  if (!range) return 'alone';
  if (range[1] < 0) return 'better';
  return range[0] > 0 ? 'worse' : 'open';
}
