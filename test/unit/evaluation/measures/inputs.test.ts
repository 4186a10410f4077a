import { expect, test } from 'vitest';
import { checkImageCount, checkImages, checkSets, type Sets } from '#evaluation/measures/inputs.ts';
import { noiseImages } from '#evaluation/measures/noise-images.ts';
import { normalSet } from '#test/programs/measure-sets.ts';

const good: Sets = {
  model: normalSet(20, 6, 1),
  real: normalSet(20, 6, 2),
  noise: normalSet(20, 6, 3),
  reference: normalSet(30, 6, 4),
};

test('sets that fit are no trouble', () => {
  expect(() => checkSets(good)).not.toThrow();
});

test.each([0, 1, 64, 12.5, Number.NaN])(
  '%s images in 64 features are too few, and the number needed is said',
  (count) => {
    expect(() => checkImageCount(count, 64)).toThrow(
      `Cannot evaluate: the number of the model's pictures must be at least 65, more than the 64 features of each, received ${count}.`,
    );
    expect(checkImageCount(65, 64)).toBe(65);
    expect(() => checkImageCount(5, 2)).toThrow('at least 6, so that each has 5 neighbours, received 5.');
  },
);

test.each([
  [[1, 32, 28], 'received gray pictures of 28 x 32 pixels.'],
  [[3, 28, 28], 'received colour pictures of 28 x 28 pixels.'],
  [[4, 28, 28], 'received pictures of 4 channels of 28 x 28 pixels.'],
] as const)('pictures of [%s] are refused beside gray ones of 28 x 28', (shape, end) => {
  const training = noiseImages([1, 28, 28], 2, 1);
  expect(() => checkImages('the held-out images', noiseImages(shape, 2, 1), training)).toThrow(
    `Cannot evaluate: the held-out images must be gray pictures of 28 x 28 pixels, as the training images are, ${end}`,
  );
});

test('a class that no training image has is refused', () => {
  const training = noiseImages([1, 4, 4], 3, 1, Int32Array.of(0, 1, 3));
  const images = noiseImages([1, 4, 4], 3, 1, Int32Array.of(0, 1, 2));
  expect(() => checkImages('the held-out images', images, training)).toThrow(
    'Cannot evaluate: each class of the held-out images must be a class of the training images, received 2.',
  );
  expect(() => checkImages('the held-out images', { ...images, labels: undefined }, training)).not.toThrow();
});

test.each<[string, Partial<Sets>, string]>([
  [
    'fewer held-out images',
    { real: normalSet(19, 6, 2) },
    "the number of the held-out images must be 20 as that of the model's pictures, received 19.",
  ],
  [
    'wider features',
    { model: { ...good.model, features: normalSet(20, 8, 1).features } },
    "the features' width of the model's pictures must be 6 as that of the training images, received 8.",
  ],
  [
    'features of some',
    { noise: { ...good.noise, features: normalSet(10, 6, 1).features } },
    'the number of features of the pictures of noise must be 20 as that of the images, received 10.',
  ],
  [
    'features without a value',
    { model: normalSet(20, 6, 1, Number.NaN) },
    "feature 0 of image 0 of the model's pictures must be a finite number, received NaN.",
  ],
  ['no images', { model: normalSet(0, 6, 1) }, "the number of the model's pictures must be at least 7"],
  [
    'few training images',
    { reference: normalSet(5, 6, 1) },
    'the number of the training images must be an integer of at least 6',
  ],
])('%s are refused', (_, bad, sentence) => {
  expect(() => checkSets({ ...good, ...bad })).toThrow(`Cannot evaluate: ${sentence}`);
});
