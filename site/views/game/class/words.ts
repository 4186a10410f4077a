/** Sentences about what a class answered. */
import { withInterval } from '../rules/score.ts';
import type { Tally } from './tally.ts';

/** Less likely than this is more than chance. One-sided, as for one player. */
const RARE = 0.05;

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** One line. It calls a class better or worse than chance only if chance would seldom do as much. */
export function classVerdict({ chance, accuracy, deals, confusion: { real, synthetic } }: Tally): string {
  if (!chance || !accuracy) return 'Nobody has played yet.';
  if (real.synthetic + synthetic.synthetic === 0 || real.real + synthetic.real === 0) {
    return 'All gave one answer to all pictures. That tells nothing apart.';
  }
  if (1 / deals >= RARE) return 'So few pictures cannot tell skill from chance.';
  if (chance.asWell < RARE) return 'The class tells them apart better than chance.';
  return chance.asBadly < RARE ? 'The model had the class there.' : 'Chance could have done that.';
}

/** The figures behind the verdict, and what they are worth. */
export function classReason({ chance, accuracy, pictures }: Tally): string {
  if (!chance || !accuracy) return '';
  const well = accuracy.value >= 0.5;
  const share = percent(well ? chance.asWell : chance.asBadly);
  return (
    `Balanced accuracy, which counts both kinds alike: ${withInterval(accuracy)}. A coin has 50 %. ` +
    `If chance dealt the kinds to the ${pictures.length} pictures, the same answers would do as ${well ? 'well' : 'badly'} in ${share} of deals. ` +
    `The interval is for these pictures: others may be easier or harder.`
  );
}
