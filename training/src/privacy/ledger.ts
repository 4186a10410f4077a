/** What a private run promises, and how much of it is spent. Plain JSON, without the key: it goes with every checkpoint. */
import { InputError, show } from '@onnoise/scheduler/rules';
import { epsilonOf, sigmaFor } from './account.ts';

/** What is private: one image, or all images of a group, such as those of one patient. */
type Unit = 'image' | 'group';

/** What was asked for, and what the account depends on. */
export interface Promised {
  epsilon: number;
  delta: number;
  /** Largest norm of a record's gradient. */
  clip: number;
  /** Timesteps of an image in an update. */
  timesteps: number;
  unit: Unit;
  /** Records to train on, and how many an update takes on average. */
  records: number;
  batch: number;
  /** Updates. */
  steps: number;
}

export interface Ledger extends Promised {
  /** Standard deviation of the noise, in clips. */
  sigma: number;
  /** A hash of the images under the run's key: a plain one would tell whether a guess of all images is right. */
  images: string;
}

export const rateOf = ({ batch, records }: Pick<Promised, 'batch' | 'records'>): number => batch / records;

/** @throws InputError where no noise is enough */
export function openLedger(promised: Promised, images: string): Ledger {
  const { epsilon, delta, steps } = promised;
  const sigma = sigmaFor(epsilon, { rate: rateOf(promised), steps, delta });
  if (sigma === undefined) {
    throw new InputError(
      `Cannot start training: --dp-epsilon must be more than any noise can keep over ${steps} steps, received ${epsilon}.`,
    );
  }
  return { ...promised, sigma, images };
}

const KEYS = ['epsilon', 'delta', 'clip', 'timesteps', 'unit', 'records', 'batch', 'steps'] as const;

/** @throws InputError that names what differs from the run's account */
export function requirePromised(ledger: Ledger, wanted: Promised, run: string): void {
  const other = KEYS.find((key) => ledger[key] !== wanted[key]);
  if (other === undefined) return;
  throw new InputError(
    `Cannot continue ${run}: its privacy account must stay as it was begun, with ${other} ${show(ledger[other])}, received ${show(wanted[other])}.`,
  );
}

export const spentAt = (ledger: Ledger, steps: number): number =>
  epsilonOf({ sigma: ledger.sigma, rate: rateOf(ledger), steps, delta: ledger.delta });

/** Steps at which epsilon is computed are so far apart. */
const APART = 1.15;

/** Epsilon after so many steps, or a little more: that of the next of some steps, since one takes a fraction of a second. */
export function createMeter(ledger: Ledger): (steps: number) => number {
  const known = new Map<number, number>();
  const marks = [1];
  while (marks.at(-1)! < ledger.steps) marks.push(Math.min(ledger.steps, Math.ceil(marks.at(-1)! * APART)));
  return (steps) => {
    const mark = marks.find((mark) => mark >= steps) ?? steps;
    const epsilon = known.get(mark) ?? spentAt(ledger, mark);
    known.set(mark, epsilon);
    return epsilon;
  };
}

/** What a run promises, and what it does not, a sentence each. */
export function describePromise({ epsilon, delta, unit, sigma, clip, batch, records, steps }: Ledger): string[] {
  return [
    `Privacy: epsilon ${epsilon} at delta ${delta} for each ${unit}, by noise of ${Number(sigma.toPrecision(4))} times the clip of ${clip}; ` +
      `each of ${steps} steps takes each of ${records} ${unit}s with a chance of ${Number(rateOf({ batch, records }).toPrecision(4))}.`,
    "This promise is for the exported model. The run's folder has its key, its losses and the names of its images: keep it to yourself.",
  ];
}
