/** What is said of a measure of any kind: those of `measures.ts`, and those that need more than pictures and features. */
import { MASK_DICE } from './mask-dice.ts';
import { MEASURES } from './measures.ts';
import { NUMBER_ERROR, numberErrorAbout } from './number-error.ts';
import type { MeasureAbout } from './record.ts';
import { SYNTHETIC_ACCURACY } from './synthetic-accuracy.ts';

/** @returns undefined for a measure of another version */
export function aboutMeasure(id: string): MeasureAbout | undefined {
  if (id.startsWith(NUMBER_ERROR)) return numberErrorAbout(id.slice(NUMBER_ERROR.length));
  return [...MEASURES, MASK_DICE, SYNTHETIC_ACCURACY].find((about) => about.id === id);
}
