/** The seeds of a request's images: in a row, one by one, from one seed to another, or around one. */
import { checkSeed, type ImageSeed, otherSeeds } from '../noise/seeds.ts';
import { InputError, refuse } from '../rules/errors.ts';
import { check, checkInteger, integer, number, rule, worded } from '../rules/rule.ts';
import type { PictureOptions } from './options.ts';

/** The most pictures that a runtime takes at once. */
export interface CountLimit {
  largest: number;
  /** The reason, for the end of the rule: `, as many as ...`. */
  why: string;
}

type SeedOptions = Pick<
  PictureOptions,
  'count' | 'seed' | 'seeds' | 'interpolate' | 'variations' | 'variation' | 'from'
>;

const ACTION = 'sample images';
const LARGEST = Number.MAX_SAFE_INTEGER;
/** How far variations go from their seed. */
export const USUAL_VARIATION = 0.3;

const PAIR = rule<readonly [number, number]>('two seeds', (value) => Array.isArray(value) && value.length === 2);

/** @throws InputError for seeds out of range, more than one way to name them, and more images than the limit. */
export function seedsOf(options: SeedOptions, limit: CountLimit): ImageSeed[] {
  const { count, seed, seeds, interpolate, variations, variation, from } = options;
  if (count !== undefined) checkCount('count', count, limit);
  const [way, other] = (['seeds', 'interpolate', 'variations', 'seed'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (other !== undefined)
    refuse(ACTION, other, `left out where ${way} ${way === 'seeds' ? 'are' : 'is'} given`, options[other]);
  if (variation !== undefined && variations === undefined) {
    refuse(ACTION, 'variation', 'left out without a seed to vary', variation);
  }
  if (seeds !== undefined) return eachSeed(seeds, count, limit);
  if (interpolate !== undefined) {
    if (from !== undefined) refuse(ACTION, 'interpolate', 'left out where sampling starts from a picture', interpolate);
    return between(interpolate, count ?? 1);
  }
  if (variations !== undefined) return around(variations, variation ?? USUAL_VARIATION, count ?? 1);
  const images = count ?? 1;
  const first = checkInteger(ACTION, 'seed', seed ?? 0, 0, LARGEST - images + 1);
  return Array.from({ length: images }, (_, i) => first + i);
}

function eachSeed(seeds: readonly ImageSeed[], count: number | undefined, limit: CountLimit): ImageSeed[] {
  if (seeds.length === 0) refuse(ACTION, 'seeds', 'at least one seed', seeds);
  if (count !== undefined && count !== seeds.length) {
    throw new InputError(
      `Cannot ${ACTION}: seeds must be as many as count, ${count}, received ${seeds.length} of them.`,
    );
  }
  checkCount('the number of seeds', seeds.length, limit);
  for (const seed of seeds) checkSeed(ACTION, 'a seed', seed);
  return [...seeds];
}

function between(seeds: readonly [number, number], count: number): ImageSeed[] {
  const [seed, toward] = check(ACTION, 'interpolate', PAIR, seeds);
  checkSeed(ACTION, 'a seed', { seed, toward, share: 0 });
  if (count < 2) refuse(ACTION, 'count', 'at least 2 from one seed to another', count);
  return Array.from({ length: count }, (_, i) => ({ seed, toward, share: i / (count - 1) }));
}

function around(seed: number, share: number, count: number): ImageSeed[] {
  checkSeed(ACTION, 'the seed to vary', seed);
  check(ACTION, 'variation', number({ min: 0, max: 1 }), share);
  return otherSeeds(seed, count).map((toward) => ({ seed, toward, share }));
}

function checkCount(name: string, count: number, { largest, why }: CountLimit): void {
  const whole = integer(1, largest);
  check(ACTION, name, worded(`${whole.words}${why}`, whole), count);
}
