/**
 * The noise of an image: that of a seed, or between those of two seeds, on the great circle through them.
 *
 * Two independent draws of unit noise are at a right angle but for chance. The weights are those of a right angle, the
 * cosine and sine of a share of a quarter turn: so every draw between them is unit noise, exactly, and needs no sum over
 * the image, whose last bits would depend on the runtime. Source: Shoemake 1985, "Animating rotation with quaternion
 * curves" (slerp).
 */
import { refuse } from '../rules/errors.ts';
import { check, checkInteger, number } from '../rules/rule.ts';

import { cosSinOfWord } from './elementary.ts';
import { philoxStream } from './random.ts';

export interface SeedMix {
  seed: number;
  /** Another seed. */
  toward: number;
  /** How far to go, 0 (`seed` alone) to 1 (`toward` alone). It counts in steps of 2^-30. */
  share: number;
}

/** What names the noise of an image. */
export type ImageSeed = number | SeedMix;

/**
 * Unit normal noise of a seed for one image: draw 0 is the start of sampling, draw i + 1 is the z of row i.
 * `out` is [C, H, W].
 */
export type NoiseSource = (seed: number, draw: number, out: Float32Array) => void;

/** The seed that goes first: of a mix, the one that it is nearest to at a share of 0. */
export const firstSeed = (seed: ImageSeed): number => (typeof seed === 'number' ? seed : seed.seed);

/** `7`, or `between 3 and 7 at 0.25`. */
export const nameSeed = (seed: ImageSeed): string =>
  typeof seed === 'number' ? `${seed}` : `between ${seed.seed} and ${seed.toward} at ${seed.share}`;

/** @throws InputError for a seed that is not from 0 to 2^53 - 1, a mix of a seed with itself, a share beyond 0..1. */
export function checkSeed(action: string, name: string, seed: ImageSeed): void {
  const whole = (which: string, value: unknown) => checkInteger(action, which, value, 0, Number.MAX_SAFE_INTEGER);
  if (typeof seed !== 'object') return void whole(name, seed);
  whole(name, seed.seed);
  whole('the seed to go toward', seed.toward);
  check(action, 'the share of the other seed', number({ min: 0, max: 1 }), seed.share);
  if (seed.toward === seed.seed) refuse(action, 'the seed to go toward', `a seed other than ${seed.seed}`, seed.toward);
}

/** Draws the noise of seeds and of mixes from a source of seeds' noise. */
export function drawsOf(source: NoiseSource): (seed: ImageSeed, draw: number, out: Float32Array) => void {
  return (seed, draw, out) => {
    if (typeof seed === 'number') return source(seed, draw, out);
    const other = new Float32Array(out.length);
    source(seed.seed, draw, out);
    source(seed.toward, draw, other);
    const [own, others] = weightsOf(seed.share);
    for (let i = 0; i < out.length; i++) out[i] = own * out[i]! + others * other[i]!;
  };
}

const QUARTER_TURN = 2 ** 30;

/** cos and sin of a share of a quarter turn, the same bits on every machine; exact at the ends. */
function weightsOf(share: number): [own: number, other: number] {
  const weights = new Float64Array(2);
  cosSinOfWord(Math.round(share * QUARTER_TURN), weights);
  return [weights[0]!, weights[1]!];
}

/** The stream that other seeds are taken from; sampling draws from 0. */
const OTHERS = 0x6f746872;

/** The seeds that the variations of a seed go toward: always the same ones. */
export function otherSeeds(seed: number, count: number): number[] {
  const source = philoxStream(seed, OTHERS);
  const words = new Uint32Array(4);
  return Array.from({ length: count }, (_, i) => {
    source(i, words);
    const other = (words[0]! >>> 11) * 2 ** 32 + words[1]!;
    return other === seed ? (other + 1) % 2 ** 53 : other;
  });
}
