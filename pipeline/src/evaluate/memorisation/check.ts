/** Refuses images that cannot be compared, before the search. */
import { check, InputError, integer, number, rule } from '@onnoise/scheduler';
import type { Features, ImageSet } from '../types.ts';

const ACTION = 'look for copies';
/** A score needs the nearest training image, and others to compare it with. */
export const FEWEST_DIFFERENT = 3;

export function checkImages(samples: ImageSet, training: ImageSet, heldOut: ImageSet): void {
  check(ACTION, 'the number of pictures', integer(1), samples.count);
  check(ACTION, 'the number of training images', integer(FEWEST_DIFFERENT), training.count);
  check(ACTION, 'the number of held-out images', integer(1), heldOut.count);
  sameShape('pictures', samples, training);
  sameShape('held-out images', heldOut, training);
  for (const [name, { count, shape, pixels }] of Object.entries({ pictures: samples, training, heldOut })) {
    const bytes = count * shape[0] * shape[1] * shape[2];
    if (pixels.length !== bytes) throw new Error(`${name}: ${count} images have ${bytes} bytes, not ${pixels.length}`);
  }
}

/** @param count of training images of which no two are the same */
export function checkDifferent(count: number): void {
  check(ACTION, 'the number of different training images', integer(FEWEST_DIFFERENT), count);
}

function sameShape(name: string, { shape }: ImageSet, training: ImageSet): void {
  const words = (of: ImageSet['shape']) => `${of[2]} x ${of[1]} pixels ${of[0] === 1 ? 'in gray' : 'in colour'}`;
  if (words(shape) === words(training.shape)) return;
  throw new InputError(
    `Cannot ${ACTION}: the ${name} must be of ${words(training.shape)} as the training images are, received ${words(shape)}.`,
  );
}

export function checkFeatures(name: string, features: Features, images: ImageSet, width: number): void {
  check(
    ACTION,
    `the number of features of the ${name}`,
    rule(`${images.count}`, (n) => n === images.count),
    features.count,
  );
  check(
    ACTION,
    `the width of the features of the ${name}`,
    rule(`${width}`, (n) => n === width),
    features.width,
  );
  const broken = features.values.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  const image = Math.floor(broken / width);
  check(ACTION, `feature ${broken % width} of image ${image} of the ${name}`, number(), features.values[broken]);
}
