/** What the figures mean, in plain words, and what they cannot show. */
import { plural } from '@onnoise/base/text';
import { type Gain, MEASURE, type Utility, type UtilityVerdict } from './types.ts';

/** Fewer seeds tell nothing. */
const FEWEST_SEEDS = 3;
/** Fewer test images that do not belong together tell nothing. */
export const FEWEST_TESTED = 10;

type Figures = Omit<Gain, 'verdict' | 'reason'>;

/** Which side of 0 an interval lies on: 0 where it holds 0. */
const sideOf = ([low, high]: readonly [number, number]): number => (low > 0 ? 1 : high < 0 ? -1 : 0);

export function judgeGain(figures: Figures): { verdict: UtilityVerdict; reason: string } {
  const { real, both, difference, acrossImages } = figures;
  const seeds = real.scores.length;
  const change = `${formatFigure(real.value)} without and ${formatFigure(both.value)} with them`;
  if (seeds < FEWEST_SEEDS || difference.interval === undefined) {
    const reason = `${plural(seeds, 'seed')} cannot tell, it takes ${FEWEST_SEEDS} at least: the ${MEASURE.name} is ${change}.`;
    return { verdict: 'cannot tell', reason };
  }
  if (acrossImages === null) {
    const reason = `There are fewer than ${FEWEST_TESTED} test images that do not belong together: the ${MEASURE.name} is ${change}.`;
    return { verdict: 'cannot tell', reason };
  }
  const [side, across] = [sideOf(difference.interval), sideOf(acrossImages)];
  const shown = `${signed(difference.value)} (${between(difference.interval)})`;
  if (side === 0) {
    const reason = `The ${MEASURE.name} is ${change}. The difference, ${shown} over ${seeds} seeds, may be chance.`;
    return { verdict: 'cannot tell', reason };
  }
  if (across !== side) {
    const reason = `The ${MEASURE.name} is ${change}. The difference, ${shown} over ${seeds} seeds, may be chance of these test images: over others it may be ${between(acrossImages)}.`;
    return { verdict: 'cannot tell', reason };
  }
  const higher = side > 0;
  const verdict = higher ? 'helps' : 'hurts';
  const reason = `With synthetic images the ${MEASURE.name} is ${higher ? 'higher' : 'lower'}: ${change}, a difference of ${shown} over ${seeds} seeds.`;
  return { verdict, reason };
}

/** `50 real images: helps. With synthetic images ...` */
export const gainLine = ({ count, verdict, reason }: Gain): string =>
  `${plural(count, 'real image')}: ${verdict}. ${reason}`;

export const formatFigure = (value: number): string => value.toFixed(3);

export const signed = (value: number): string => `${value < 0 ? '-' : '+'}${formatFigure(Math.abs(value))}`;

/** `+0.031 to +0.073` */
export const between = ([low, high]: readonly [number, number]): string => `${signed(low)} to ${signed(high)}`;

/** What the figures do not show. */
export function limitsOf({ data, settings }: Pick<Utility, 'data' | 'settings'>): string[] {
  const shared = settings.counts.filter((count) => 2 * count > data.pool);
  return [
    'What made the synthetic images may have learnt from more real images than a run has: then it is these that help. Only a maker that saw no more than they is a fair one.',
    ...(data.testName === undefined
      ? [
          'The test images are those of --data that chance held out, and what made the synthetic images may have learnt from them: then the figures with synthetic images are too good. Name images that it has not seen with --test-data.',
        ]
      : ['Whether people or devices of the test images are among the training images, too, is not known.']),
    'The networks are small and learn from nothing else. A large network, or one that began with the weights of another, may gain less, or more.',
    'Where synthetic images change nothing, an interval of 95 % says otherwise once in twenty.',
    ...(shared.length > 0
      ? [
          `Of ${data.pool} real images, runs of ${shared.join(' and ')} share most: their intervals say little of the choice among other images.`,
        ]
      : []),
  ];
}
