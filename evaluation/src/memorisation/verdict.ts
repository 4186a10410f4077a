/** The verdict and its reason in words. */
import { chanceBelow, HELD_OUT_OF_TAIL } from './chance.ts';
import { ERROR_RATE } from './judge.ts';
import { foundChanges, MISSED_CHANGES } from './sought.ts';
import type { Memorisation } from './types.ts';
import { DOUBT, mostUnseen } from './unseen.ts';

/** `none found` is said only if copies of one picture in twenty would be found this often. */
const POWER = 0.8;

export const oneInTwenty = (count: number): number => Math.ceil(count / 20);

type Facts = Pick<Memorisation, 'pValue' | 'tests' | 'sensitivity' | 'counts' | 'duplicates' | 'search'>;

export function conclude(facts: Facts): Pick<Memorisation, 'verdict' | 'reason' | 'heldOutNeeded'> {
  const { pValue, tests, sensitivity, counts } = facts;
  if (isRepetitive(facts)) return { verdict: 'cannot tell', reason: repetition(facts) };
  if (pValue < ERROR_RATE) return { verdict: 'copies found', reason: accusation(facts) };
  const copies = oneInTwenty(counts.samples);
  const found = sensitivity.find((row) => row.copies === copies)!.found;
  if (found >= POWER) {
    const { copies: seen } = sensitivity.find((row) => row.copies > 0 && row.found >= POWER)!;
    const some = seen === 1 ? 'A single copy' : `${seen} copies`;
    const reason = `The pictures are no nearer to training images than real ones are. ${some} among ${counts.samples} pictures would probably have been found: a copy is a training image that is ${foundChanges(facts.search)}.${rest(facts)} Copies that are ${MISSED_CHANGES} may go unseen, however many.`;
    return { verdict: 'none found', reason };
  }
  const needed = heldOutNeeded(counts.samples, tests.length);
  if (counts.heldOut < needed) {
    const few = counts.heldOut === 1 ? '1 held-out image is' : `${counts.heldOut} held-out images are`;
    const reason = `${few} too few to see copies of one picture in twenty: ${needed} are needed.`;
    return { verdict: 'cannot tell', reason, heldOutNeeded: needed };
  }
  const twice = facts.duplicates.heldOut;
  const reason =
    twice > 0
      ? `${twice} of ${counts.heldOut} held-out images ${twice === 1 ? 'is a training image' : 'are training images'} too, so that copies do not stand out.`
      : 'Real images are as near to training images as copies are, so that copies do not stand out.';
  return { verdict: 'cannot tell', reason };
}

/**
 * Whether most held-out images repeat others: scores of one image, however often it is there, do not say what chance does,
 * and any picture nearer to a training image than it would be called a copy.
 */
export const isRepetitive = ({ counts, duplicates }: Pick<Memorisation, 'counts' | 'duplicates'>): boolean =>
  2 * duplicates.repeated > counts.heldOut;

function repetition({ counts: { heldOut }, duplicates: { repeated } }: Facts): string {
  const different = heldOut - repeated;
  const few =
    different === 1
      ? `All ${heldOut} held-out images are the same`
      : `Only ${different} of ${heldOut} held-out images are different`;
  return `${few}, so that they do not say how near real images come to training images.`;
}

/** What `none found` leaves open. */
function rest({ sensitivity, counts }: Facts): string {
  const share = mostUnseen(sensitivity, counts.samples);
  if (share === undefined) return '';
  return ` That does not rule out such copies: they may be up to ${formatPercent(share)} of all that the model draws (with ${formatPercent(1 - DOUBT)} confidence).`;
}

/** Two digits, rounded up: a bound must not look smaller than it is. */
function formatPercent(share: number): string {
  const digits = 10 ** (1 - Math.floor(Math.log10(100 * share)));
  return `${Number((Math.ceil(100 * share * digits - 1e-6) / digits).toPrecision(2))} %`;
}

/** In words, where digits say nothing: it may even be too small for a number. */
export const tinyChance = (chance: number): string | undefined =>
  chance < 1e-6 ? 'less than one in a million' : undefined;

function accusation({ tests, counts, pValue }: Facts): string {
  const parts = tests
    .filter(({ flagged }) => flagged > 0)
    .map(
      ({ space, flagged, expected }) => `${flagged} in ${space}, where ${expected.toFixed(1)} are expected by chance`,
    );
  const chance = tinyChance(pValue) ?? pValue.toPrecision(1);
  return `Of ${counts.samples} pictures these are nearer to a training image than real images are: ${parts.join('; ')}. The chance of that without copies is ${chance}.`;
}

/** The fewest held-out images with which most of the copies of one picture in twenty would be enough for a verdict. */
function heldOutNeeded(samples: number, tests: number): number {
  const copies = Math.max(1, Math.floor(POWER * oneInTwenty(samples)));
  let needed = 1;
  while (needed < HELD_OUT_OF_TAIL && chanceBelow(copies, samples, 1, needed) * tests >= ERROR_RATE) needed++;
  return needed;
}
