/**
 * A round's address, `#/game?seed=482193&model=digits`, with `steps` and `pictures` if they are not the default, and its deal
 * from the seed alone. Each of the ten places has both a real picture and a synthetic one, and a coin decides which is shown. A
 * round shows at least two of either kind, so whoever counts gains a little.
 */
import { randomInts, shuffle, uniform } from '@onnoise/scheduler';
import { checkInteger, refuse } from '@onnoise/scheduler/rules';

/** Pictures of a round, unless its address says otherwise. */
export const PICTURES = 10;
/** Rounds may have from FEWEST_PICTURES to MOST_PICTURES: few tell nothing. */
export const FEWEST_PICTURES = 6;
export const MOST_PICTURES = 20;

/** Rounds are named by six digits: short enough to be read out. */
export const SEEDS = 1_000_000;

/** A round shows at least so many of either kind: one with fewer is dealt again. */
export const FEWEST = 2;

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
  /** Numbers of both; none if the model takes none, or may do without and the real one's are not known. */
  conditions: Readonly<Record<string, number>>;
}

interface RoundOptions {
  /** 0 to 2^53 - 1 */
  seed: number;
  /** FEWEST_PICTURES to MOST_PICTURES. Default: PICTURES. */
  pictures?: number | undefined;
  /** Real pictures to draw from, as many as the round has or more. */
  reals: number;
  /** One per real picture. The synthetic ones take theirs from these, so that no class gives the kind away. */
  labels?: readonly number[] | undefined;
  /** Numbers of the real pictures by name, one per picture, which the synthetic ones take as well. */
  conditions?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Classes of the model, 0 for an unconditional one. */
  classes: number;
}

const ACTION = 'deal a round';

/** Streams of the round's seed. */
const COINS = 1;
const REALS = 2;
const IMAGE_SEEDS = 3;
const LABELS = 4;

/** @throws InputError for a seed out of range or too few real pictures. */
export function planRound({
  seed,
  pictures = PICTURES,
  reals,
  labels,
  conditions = {},
  classes,
}: RoundOptions): Deal[] {
  checkInteger(ACTION, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger(ACTION, 'pictures', pictures, FEWEST_PICTURES, MOST_PICTURES);
  if (reals < pictures) refuse(ACTION, 'real pictures', `at least ${pictures}`, reals);
  const kinds = flipCoins(seed, pictures);
  const order = shuffle(
    Uint32Array.from({ length: reals }, (_, i) => i),
    seed,
    REALS,
  );
  const seeds = ints(seed, IMAGE_SEEDS, SEEDS, pictures);
  const classless = classes > 0 ? ints(seed, LABELS, classes, pictures) : null;
  return kinds.map((kind, i) => {
    const real = order[i]!;
    const known = labels?.[real];
    const label = classless && (known !== undefined && known < classes ? known : classless[i]!);
    const numbers = Object.entries(conditions).map(([name, values]) => [name, values[real]!]);
    return { kind, real, seed: seeds[i]!, label, conditions: Object.fromEntries(numbers) };
  });
}

function flipCoins(seed: number, pictures: number): Kind[] {
  const coins = new Float64Array(pictures);
  for (let deal = 0; ; deal++) {
    uniform(seed, COINS, deal * pictures, coins);
    const kinds = Array.from(coins, (coin): Kind => (coin < 0.5 ? 'synthetic' : 'real'));
    const synthetic = kinds.filter((kind) => kind === 'synthetic').length;
    if (synthetic >= FEWEST && synthetic <= pictures - FEWEST) return kinds;
  }
}

function ints(seed: number, stream: number, bound: number, count: number): number[] {
  const out = new Int32Array(count);
  randomInts(seed, stream, 0, bound, out);
  return Array.from(out);
}

/** Of the sampler, unless the address says otherwise. */
export const STEPS = 50;

/** From quick and rough to slow. */
export const STEP_CHOICES = [10, STEPS, 200] as const;

export interface Settings {
  /** undefined if the address has none: a new round. */
  seed: number | undefined;
  steps: number;
  pictures: number;
}

/** @param timesteps T of the model's schedule. Invalid values count as missing. */
export function parseSettings(query: URLSearchParams, timesteps: number): Settings {
  const within = (name: string, least: number, most: number) => {
    const text = query.get(name) ?? '';
    const value = Number(text);
    return /^\d{1,16}$/.test(text) && value >= least && value <= most ? value : undefined;
  };
  return {
    seed: within('seed', 0, SEEDS - 1),
    steps: within('steps', 1, timesteps) ?? Math.min(STEPS, timesteps),
    pictures: within('pictures', FEWEST_PICTURES, MOST_PICTURES) ?? PICTURES,
  };
}

export interface Written extends Settings {
  seed: number;
  /** Its id. */
  model: string;
}

/** @param timesteps T of the model's schedule */
export function formatSettings({ seed, steps, pictures, model }: Written, timesteps: number): Record<string, string> {
  return {
    seed: String(seed),
    model,
    ...(steps !== Math.min(STEPS, timesteps) && { steps: String(steps) }),
    ...(pictures !== PICTURES && { pictures: String(pictures) }),
  };
}

/** From the browser's random numbers. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % SEEDS;
}
