/** Refuses sets of images that cannot be measured against each other: before the long work where they are known by then. */
import { check, type ImageShape, InputError, integer, rule, worded } from '@onnoise/scheduler';
import type { ImageSet } from '../types.ts';
import { NEAREST } from './neighbours.ts';
import type { Candidate } from './record.ts';

const ACTION = 'evaluate';

/** The names of the sets in sentences. */
export const SETS = {
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

/**
 * @param width of the features
 * @throws InputError with the number that is needed.
 */
export function checkImageCount(count: number, width: number, name = "the model's pictures"): number {
  const enough = integer(fewestImages(width));
  const words = `at least ${fewestImages(width)}, more than the ${width} numbers of the features`;
  return check(ACTION, `the number of ${name}`, worded(words, enough), count);
}

/**
 * @param name of the images: one of `SETS`
 * @throws InputError for another size or other channels than those of the training images, and classes that these have not.
 */
export function checkImages(name: string, { shape, labels }: ImageSet, training: ImageSet): void {
  if (shape.some((extent, i) => extent !== training.shape[i])) {
    throw new InputError(
      `Cannot ${ACTION}: ${name} must be ${described(training.shape)}, as the training images are, received ${described(shape)}.`,
    );
  }
  if (labels === undefined || training.labels === undefined) return;
  const known = new Set(training.labels);
  const classes = rule('a class of the training images', (label) => known.has(label as number));
  for (const label of new Set(labels)) check(ACTION, `each class of ${name}`, classes, label);
}

/** `gray pictures of 28 x 28 pixels` */
function described([channels, height, width]: ImageShape): string {
  const kind =
    channels === 1 ? 'gray pictures' : channels === 3 ? 'colour pictures' : `pictures of ${channels} channels`;
  return `${kind} of ${width} x ${height} pixels`;
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
    const equal = (thing: string, goal: number, of: string, value: number) =>
      check(
        ACTION,
        thing,
        rule(`${goal} as ${of}`, (number) => number === goal),
        value,
      );
    equal(`the features' width of ${name}`, width, 'that of the training images', features.width);
    equal(`the number of features of ${name}`, images.count, 'that of the images', features.count);
    if (key !== 'reference') equal(`the number of ${name}`, model.images.count, `that of ${SETS.model}`, images.count);
    const bad = features.values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) check(ACTION, `each feature of ${name}`, rule('a finite number', Number.isFinite), bad);
  }
}
