/**
 * How well the mask that a segmenter reads in each picture covers the one that it was asked for, or that was drawn with it. The
 * segmenter is trained on the training images (features/mask-reader.ts), and its own error is in the anchor of real images.
 *
 * Source: Dice 1945, "Measures of the amount of ecologic association between species"; averaged as MONAI's `DiceMetric` does
 * without the background: a class that the wanted mask lacks does not count.
 */
import type { Estimate } from '../sets/types.ts';
import { meanEstimate } from './intervals.ts';
import type { MeasureAbout } from './record.ts';

export const MASK_DICE: MeasureAbout = {
  id: 'mask_dice',
  name: 'Dice of masks',
  better: 'higher',
  how:
    'Dice similarity coefficient 2 |A and B| / (|A| + |B|) of the mask that a segmenter reads in each picture and the mask that was ' +
    'asked for, or drawn with it; of real images, their own. From 0 to 1: the mean over the classes but background that the mask ' +
    'has, then over pictures. The segmenter was trained on the training images.',
  interval: "Student's interval of the mean of the pictures.",
};

/** What masks are made of. */
export interface MaskClasses {
  /** Classes, background included. */
  count: number;
  /** The first that is no background: 0 or 1. */
  first: number;
  /** Pixels of a mask. */
  plane: number;
}

/**
 * The coefficient of each class in each picture: NaN where the wanted mask lacks the class, and for background.
 * @param read, wanted class numbers, [N, H, W]
 * @returns [N, K]
 */
export function diceOfClasses(
  read: Uint8Array,
  wanted: Uint8Array,
  { count: classes, first, plane }: MaskClasses,
): Float64Array {
  const rows = wanted.length / plane;
  const found = new Float64Array(rows * classes).fill(Number.NaN);
  const [both, all, own] = [new Uint32Array(classes), new Uint32Array(classes), new Uint32Array(classes)];
  for (let row = 0; row < rows; row++) {
    for (const counts of [both, all, own]) counts.fill(0);
    for (let i = row * plane; i < (row + 1) * plane; i++) {
      const [seen, goal] = [read[i]!, wanted[i]!];
      own[goal]!++;
      all[goal]!++;
      all[seen]!++;
      if (seen === goal) both[goal]!++;
    }
    for (let k = first; k < classes; k++) if (own[k]! > 0) found[row * classes + k] = (2 * both[k]!) / all[k]!;
  }
  return found;
}

const LIMITS = { min: 0, max: 1 };

/** Over the classes of each picture, then over pictures; undefined where no mask has a class but background. */
export function meanDice(dice: Float64Array, classes: number): Estimate | undefined {
  const means: number[] = [];
  for (let at = 0; at < dice.length; at += classes) {
    const known = dice.subarray(at, at + classes).filter((value) => !Number.isNaN(value));
    if (known.length > 0) means.push(known.reduce((sum, value) => sum + value, 0) / known.length);
  }
  return means.length === 0 ? undefined : meanEstimate(means, LIMITS);
}

/** Of a class, over the pictures whose mask has it; undefined where none has. */
export function diceOfClass(dice: Float64Array, classes: number, k: number): Estimate | undefined {
  const known = dice.filter((value, i) => i % classes === k && !Number.isNaN(value));
  return known.length === 0 ? undefined : meanEstimate(known, LIMITS);
}

/** The share of a class in the pixels of each mask, and its mean over masks. @param masks [N, H, W] */
export function areaOfClass(masks: Uint8Array, plane: number, k: number): Estimate {
  const shares = Float64Array.from({ length: masks.length / plane }, (_, mask) => {
    let pixels = 0;
    for (let i = mask * plane; i < (mask + 1) * plane; i++) if (masks[i] === k) pixels++;
    return pixels / plane;
  });
  return meanEstimate(shares, LIMITS);
}
