/** Measures of a set of images against others: pure arithmetic. */

export { aboutMeasure } from './about.ts';
export { FEWEST_TO_TRAIN, fewestImages, whyFewest } from './inputs.ts';
export { shareEstimate } from './intervals.ts';
export { areaOfClass, diceOfClass, diceOfClasses, MASK_DICE, meanDice } from './mask-dice.ts';
export { MEASURES, type MeasureInput, measureAll } from './measures.ts';
export { noiseImages } from './noise-images.ts';
export { numberErrorAbout, numberErrors } from './number-error.ts';
export type { Candidate } from './record.ts';
export { SYNTHETIC_ACCURACY } from './synthetic-accuracy.ts';
