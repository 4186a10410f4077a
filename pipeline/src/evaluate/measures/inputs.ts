/** Refuses sets of images that cannot be measured against each other, before the long work starts. */
import { check, type ImageShape, InputError, integer, rule } from '@onnoise/scheduler';
import { NEAREST } from './neighbours.ts';
import type { Candidate } from './record.ts';

const ACTION = 'evaluate';

/** The names of the sets in sentences. */
export const SETS = {
  model: "the model's pictures",
  real: 'the held-out images',
  noise: 'the pictures of noise',
  reference: 'the training images',
} as const;

export type Sets = Readonly<Record<keyof typeof SETS, Candidate>>;

/** Fewer pictures cannot be measured in features of this width: a covariance of so few says nothing. */
export const fewestImages = (width: number): number => Math.max(width, NEAREST.density) + 1;

/**
 * @param width of the features
 * @throws InputError with the number that is needed.
 */
export function checkImageCount(count: number, width: number): number {
  const { words, holds } = integer(fewestImages(width));
  const because = `${words}, as the features have ${width} numbers`;
  return check(ACTION, 'the number of images', { words: because, holds }, count);
}

/** @throws InputError for shapes, widths and numbers that differ, and labels that no training image has. */
export function checkSets(sets: Sets): void {
  const { reference } = sets;
  const { width } = reference.features;
  for (const [key, name] of Object.entries(SETS) as [keyof Sets, string][]) {
    const { images, features } = sets[key];
    check(ACTION, name, shapeRule(reference.images.shape), images.shape);
    if (features.width !== width) {
      const found = `those of ${name} have ${features.width}`;
      throw new InputError(
        `Cannot ${ACTION}: the features of all sets must have the ${width} numbers of the training images', ${found}.`,
      );
    }
    if (features.count !== images.count) {
      throw new InputError(
        `Cannot ${ACTION}: ${name} must have features for all ${images.count}, received ${features.count}.`,
      );
    }
    checkImageCount(images.count, width);
    if (key !== 'reference' && images.count !== sets.model.images.count) {
      const { words, holds } = integer(sets.model.images.count, sets.model.images.count);
      check(ACTION, `the number of ${name}`, { words: `that of ${SETS.model}, ${words}`, holds }, images.count);
    }
    checkLabels(name, images.labels, reference.images.labels);
  }
}

/** `3 x 28 x 28`, or that it is in colour where the other is gray. */
function shapeRule(shape: ImageShape) {
  const [channels, height, width] = shape;
  const colour = channels === 1 ? 'gray' : 'in colour';
  return rule<ImageShape>(`${colour} and ${width} x ${height} as the training images, which are [${shape}]`, (value) =>
    (value as ImageShape).every((extent, i) => extent === shape[i]),
  );
}

function checkLabels(name: string, labels: Int32Array | undefined, known: Int32Array | undefined): void {
  if (labels === undefined || known === undefined) return;
  const classes = new Set(known);
  const other = labels.find((label) => !classes.has(label));
  if (other === undefined) return;
  throw new InputError(
    `Cannot ${ACTION}: ${name} must be of classes that the training images have, received class ${other}.`,
  );
}
