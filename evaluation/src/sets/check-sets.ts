/** Refuses sets of images, and what a feature network sees in them, that cannot be compared with the training images. */
import type { ImageShape } from '@onnoise/scheduler/model';
import { check, InputError, rule } from '@onnoise/scheduler/rules';
import type { Features, ImageSet } from './types.ts';

/**
 * @param action as in `Cannot <action>: ...`
 * @param name of the images, as in `the held-out images`
 * @throws InputError for another size or other channels than those of the training images
 */
export function checkShape(action: string, name: string, { shape }: ImageSet, training: ImageSet): void {
  if (shape.every((extent, i) => extent === training.shape[i])) return;
  throw new InputError(
    `Cannot ${action}: ${name} must be ${described(training.shape)}, as the training images are, received ${described(shape)}.`,
  );
}

/** `gray pictures of 28 x 28 pixels` */
function described([channels, height, width]: ImageShape): string {
  const kind =
    channels === 1 ? 'gray pictures' : channels === 3 ? 'colour pictures' : `pictures of ${channels} channels`;
  return `${kind} of ${width} x ${height} pixels`;
}

/**
 * @param width of the training images' features
 * @throws InputError for features of other images, of another width, and for one that is no finite number
 */
export function checkFeatures(
  action: string,
  name: string,
  { features, images }: { features: Features; images: ImageSet },
  width: number,
): void {
  checkEqual(action, `the features' width of ${name}`, width, 'that of the training images', features.width);
  checkEqual(action, `the number of features of ${name}`, images.count, 'that of the images', features.count);
  const broken = features.values.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  const which = `feature ${broken % width} of image ${Math.floor(broken / width)} of ${name}`;
  check(action, which, rule('a finite number', Number.isFinite), features.values[broken]);
}

/** @param of whose number the goal is */
export function checkEqual(action: string, thing: string, goal: number, of: string, value: number): void {
  check(
    action,
    thing,
    rule(`${goal} as ${of}`, (number) => number === goal),
    value,
  );
}
