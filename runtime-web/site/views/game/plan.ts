/**
 * Deals a round from its seed alone. Each of the ten places has both a real picture and a synthetic one, and a coin
 * decides which is shown. The coins are independent, so that counting does not help.
 */
import { checkInteger, InputError, randomInts, shuffle, uniform } from '@onnoise/scheduler';

export const PICTURES = 10;

/** Rounds are named by six digits: short enough to be read out. */
export const SEEDS = 1_000_000;

/** A round with fewer of either kind is dealt again. */
const FEWEST = 2;

export type Kind = 'real' | 'synthetic';

export interface Deal {
  /** Which of the two is shown. */
  kind: Kind;
  /** Index of the real one in the collection. No two places share one. */
  real: number;
  /** The sampler's seed for the synthetic one. */
  seed: number;
  /** Class of both; null if the model has none. */
  label: number | null;
}

export interface RoundOptions {
  /** 0 to 2^53 - 1 */
  seed: number;
  /** Real pictures to draw from, PICTURES or more. */
  reals: number;
  /** One per real picture. The synthetic ones take theirs from these, so that no class gives the kind away. */
  labels?: readonly number[] | undefined;
  /** Classes of the model, 0 for an unconditional one. */
  classes: number;
}

/** Streams of the round's seed. */
const COINS = 1;
const REALS = 2;
const IMAGE_SEEDS = 3;
const LABELS = 4;

/** @throws InputError for a seed out of range or too few real pictures. */
export function planRound({ seed, reals, labels, classes }: RoundOptions): Deal[] {
  checkInteger('deal a round', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (reals < PICTURES) {
    throw new InputError(`Cannot deal a round: real pictures must be at least ${PICTURES}, received ${reals}.`);
  }
  const kinds = flipCoins(seed);
  const order = shuffle(
    Uint32Array.from({ length: reals }, (_, i) => i),
    seed,
    REALS,
  );
  const seeds = ints(seed, IMAGE_SEEDS, SEEDS);
  const classless = classes > 0 ? ints(seed, LABELS, classes) : null;
  return kinds.map((kind, i) => {
    const real = order[i]!;
    const known = labels?.[real];
    const label = classless && (known !== undefined && known < classes ? known : classless[i]!);
    return { kind, real, seed: seeds[i]!, label };
  });
}

function flipCoins(seed: number): Kind[] {
  const coins = new Float64Array(PICTURES);
  for (let deal = 0; ; deal++) {
    uniform(seed, COINS, deal * PICTURES, coins);
    const kinds = Array.from(coins, (coin): Kind => (coin < 0.5 ? 'synthetic' : 'real'));
    const synthetic = kinds.filter((kind) => kind === 'synthetic').length;
    if (synthetic >= FEWEST && synthetic <= PICTURES - FEWEST) return kinds;
  }
}

function ints(seed: number, stream: number, bound: number): number[] {
  const out = new Int32Array(PICTURES);
  randomInts(seed, stream, 0, bound, out);
  return Array.from(out);
}
