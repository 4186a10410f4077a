/**
 * What gives a picture away: the measures in which it lies outside the range of the real pictures at hand. A measure
 * counts only if hardly any real picture is as far out.
 */

import type { ImageShape } from '../../../state/pixels.ts';
import type { Subject } from '../rules/subject.ts';
import { capital, TERMS, type Terms } from '../rules/terms.ts';
import { HAND_MEASURES } from './hand-measures.ts';
import { inkOf, isInverted } from './ink.ts';
import { type End, MEASURES, type Measure } from './measures.ts';

const MEASURES_OF: Record<Subject, readonly Measure[]> = { drawing: MEASURES, hand: HAND_MEASURES };

/** At most this share of real pictures may be as far out. */
const RARE = 0.01;
/** With fewer real pictures there is no telling what is rare. */
export const ENOUGH = 30;

export interface RealRange {
  measure: Measure;
  /** Figures of the real pictures, ascending. */
  sorted: Float64Array;
  /** By index, NaN if there was nothing to measure. */
  values: Float64Array;
}

export interface Reference {
  shape: ImageShape;
  inverted: boolean;
  count: number;
  ranges: RealRange[];
}

export interface Giveaway {
  id: string;
  title: string;
  /** The figure in words, a sentence. */
  sentence: string;
  /** The range of real pictures, a sentence. */
  compared: string;
  /** Pixels to mark; may be empty. */
  where: number[];
  /** Too faint for most eyes. */
  faint: boolean;
}

/**
 * Measures all real pictures once.
 * @param pause awaited after each look and measure, so that the page stays responsive
 */
export async function measureReals(
  count: number,
  shape: ImageShape,
  read: (index: number) => ArrayLike<number>,
  pause: () => Promise<void>,
  subject: Subject = 'drawing',
): Promise<Reference> {
  const measures = MEASURES_OF[subject];
  const looked = Math.min(count, 50);
  let bright = 0;
  for (let i = 0; i < looked; i++) {
    if (isInverted(read(i), shape)) bright++;
    await pause();
  }
  const inverted = bright > looked / 2;
  const values = measures.map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const plane = inkOf(read(i), shape, inverted);
    await pause();
    for (const [m, measure] of measures.entries()) {
      values[m]![i] = measure.of(plane)?.value ?? Number.NaN;
      await pause();
    }
  }
  const ranges = measures.map((measure, m): RealRange => {
    const all = values[m]!;
    return { measure, values: all, sorted: all.filter((v) => !Number.isNaN(v)).sort() };
  });
  return { shape, inverted, count, ranges };
}

/**
 * @param own index of the picture if it is a real one, which is then not compared with itself.
 * @param terms what the pictures are called
 * @returns the most visible first; empty if nothing is unusual; undefined if there are too few real pictures.
 */
export function giveaways(
  pixels: ArrayLike<number>,
  reference: Reference,
  own?: number,
  terms: Terms = TERMS.real,
): Giveaway[] | undefined {
  if (reference.count < ENOUGH) return undefined;
  const plane = inkOf(pixels, reference.shape, reference.inverted);
  const found = reference.ranges.flatMap(({ measure, sorted, values }): Giveaway[] => {
    const measured = measure.of(plane);
    if (measured === undefined) return [];
    const { value, where = [] } = measured;
    const itself = own === undefined ? Number.NaN : values[own]!; // it may have been measured at another zoom
    const others = sorted.length - (Number.isNaN(itself) ? 0 : 1);
    if (others < ENOUGH - 1) return [];
    const above = sorted.length - leading(sorted, (v) => v < value) - (itself >= value ? 1 : 0);
    const below = leading(sorted, (v) => v <= value) - (itself <= value ? 1 : 0);
    const end: End = above <= below ? 'high' : 'low';
    const alike = Math.min(above, below);
    const title = measure.title[end];
    if (title === undefined || alike > RARE * others) return [];
    return [
      {
        id: measure.id,
        title,
        sentence: measure.tell(figure(measure, value)),
        compared: compare(measure, sorted, alike, others, terms),
        where,
        faint: measure.faint?.(value, sorted[sorted.length >> 1]!) ?? false,
      },
    ];
  });
  return [...found.filter(({ faint }) => !faint), ...found.filter(({ faint }) => faint)];
}

function compare(measure: Measure, sorted: Float64Array, alike: number, others: number, { real }: Terms): string {
  const at = (share: number) => measure.digits(sorted[Math.round(share * (sorted.length - 1))]!);
  const low = at(RARE);
  const high = at(1 - RARE);
  const usual = `${low === high ? low : `${low} to ${high}`}${measure.unit(high)}`;
  const rare = alike === 0 ? 'none' : alike === 1 ? 'one' : String(alike);
  return `${capital(real.many)}: ${usual}; ${rare} of ${others} ${alike < 2 ? 'is' : 'are'} as far out.`;
}

function figure({ digits, unit }: Measure, value: number): string {
  return digits(value) + unit(digits(value));
}

/** How many of the first values hold; after them none does. */
function leading(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
