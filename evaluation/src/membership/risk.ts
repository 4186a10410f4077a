/**
 * The risk of each image, for the owner of the data alone: an attacker would like to have it.
 *
 * The p-value of a training image is the share of the held-out images that look at least as much like training images, itself counted.
 * Images whose p-values are too small for chance stand out, by Benjamini and Hochberg 1995: of those at most 10 % are false, on
 * average. That holds for p-values that share their held-out images, too (Bates et al. 2023, "Testing for outliers with conformal p-values").
 */

import { countBelow } from './roc.ts';

/** Share of false ones among the images that stand out. */
const FALSE_SHARE = 0.1;

/** @param members and @param others scores, higher for training images @returns for each member, above 0 to 1 */
export function rankChances(members: Float64Array, others: Float64Array): Float64Array {
  const sorted = others.toSorted();
  return members.map((score) => (sorted.length - countBelow(sorted, score) + 1) / (sorted.length + 1));
}

/** Which images stand out. @param chances p-values */
export function standOut(chances: Float64Array, share = FALSE_SHARE): boolean[] {
  const sorted = chances.toSorted();
  let limit = -1;
  sorted.forEach((chance, i) => {
    if (chance <= (share * (i + 1)) / sorted.length) limit = chance;
  });
  return Array.from(chances, (chance) => chance <= limit);
}

interface RiskRow {
  /** Name of the file, or the number where images have no names. */
  file: string;
  part: 'training' | 'held-out';
  /** By the strongest attack, higher for training images. */
  score: number;
  /** ln of how much likelier all scores are if it was trained on; undefined without shadows. */
  logRatio: number | undefined;
  /** Of training images. */
  chance: number | undefined;
  exposed: boolean;
}

/** The riskiest image first. */
export function riskTable(rows: readonly RiskRow[]): string {
  const sorted = rows.toSorted((a, b) => b.score - a.score);
  const lines = sorted.map(({ file, part, score, logRatio, chance, exposed }) =>
    [cell(file), part, number(score), number(logRatio), number(chance), exposed ? 'yes' : 'no'].join(','),
  );
  return `${['file,part,score,log_likelihood_ratio,p_value,exposed', ...lines].join('\n')}\n`;
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const number = (value: number | undefined): string => (value === undefined ? '' : String(Number(value.toPrecision(8))));
