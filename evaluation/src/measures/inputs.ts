/** Refuses sets of images that cannot be measured against each other: before the long work where they are known by then. */
import { check, integer, rule, worded } from '@onnoise/scheduler/rules';
import { checkEqual, checkFeatures, checkShape } from '../sets/check-sets.ts';
import type { ImageSet } from '../sets/types.ts';
import { NEAREST } from './neighbours.ts';
import type { Candidate } from './record.ts';

const ACTION = 'evaluate';

/** The names of the sets in sentences. */
const SETS = {
  reference: 'the training images',
  model: "the model's pictures",
  real: 'the held-out images',
  noise: 'the pictures of noise',
} as const;

export type Sets = Readonly<Record<keyof typeof SETS, Candidate>>;

/** Of fewer training images, none would have a fifth neighbour. */
export const FEWEST_TO_TRAIN = NEAREST.density + 1;

/** Of fewer images, the features' covariance, or the fifth neighbour, would not be there. */
export const fewestImages = (width: number): number => Math.max(width, NEAREST.density) + 1;

/** Why so many: `more than the 64 features of each`. */
export const whyFewest = (width: number): string =>
  width > NEAREST.density
    ? `more than the ${width} features of each`
    : `so that each has ${NEAREST.density} neighbours`;

/**
 * @param width of the features
 * @throws InputError with the number that is needed.
 */
export function checkImageCount(count: number, width: number, name = "the model's pictures"): number {
  const enough = integer(fewestImages(width));
  const words = `at least ${fewestImages(width)}, ${whyFewest(width)}`;
  return check(ACTION, `the number of ${name}`, worded(words, enough), count);
}

/**
 * @param name of the images: one of `SETS`
 * @throws InputError for another size or other channels than those of the training images, and classes that these have not.
 */
export function checkImages(name: string, images: ImageSet, training: ImageSet): void {
  checkShape(ACTION, name, images, training);
  const { labels } = images;
  if (labels === undefined || training.labels === undefined) return;
  const known = new Set(training.labels);
  const classes = rule('a class of the training images', (label) => known.has(label as number));
  for (const label of new Set(labels)) check(ACTION, `each class of ${name}`, classes, label);
}

/** @throws InputError for sets of other shapes, features or numbers, for too few images, and for features without a value. */
export function checkSets(sets: Sets): void {
  const { reference, model } = sets;
  const { width } = reference.features;
  for (const [key, name] of Object.entries(SETS) as [keyof Sets, string][]) {
    const { images, features } = sets[key];
    // Few training images are what copies are made of: such a model must be measured too, if only roughly.
    if (key === 'reference') check(ACTION, `the number of ${name}`, integer(FEWEST_TO_TRAIN), images.count);
    else checkImageCount(images.count, width, name);
    checkImages(name, images, reference.images);
    checkFeatures(ACTION, name, { features, images }, width);
    if (key !== 'reference') {
      checkEqual(ACTION, `the number of ${name}`, model.images.count, `that of ${SETS.model}`, images.count);
    }
  }
}
