/** Recorded runs of the tutorial's network and its improvements: see scripts/learn/improve.ts. */
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
