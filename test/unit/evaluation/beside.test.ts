import { describe, expect, test } from 'vitest';
import { matchBeside, requireBeside } from '#evaluation/beside.ts';
import { SMALL } from '#test/pictures/images.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import type { PrepareOptions } from '#training/data/set/types.ts';

const mask = { classes: ['background', 'bone', 'muscle'] };
const told = { conditionImage: { shape: [3, 4, 4] as const, mask } };
const drawn = { maskOutput: mask };
const pictured = { conditionImage: { shape: [1, 4, 4] as const } };
const AGE = { name: 'age', mean: 20, std: 5, min: 10, max: 36 };
const images = (more: Partial<PrepareOptions> = {}): PrepareOptions => ({
  ...SMALL,
  data: 'x',
  cacheDir: 'c',
  ...more,
});

describe('requireBeside', () => {
  const require =
    (...args: [model: Parameters<typeof requireBeside>[1], data: PrepareOptions, test?: PrepareOptions]) =>
    () =>
      requireBeside('evaluate m', args[0], args[1], args[2]);

  test('wants what the model is told, of the images and of those to test with', () => {
    expect(require(told, images())).toThrow(
      'Cannot evaluate m: --masks must name the masks of the images, which the model is told, received nothing.',
    );
    expect(require(pictured, images())).toThrow('--condition-images must name the pictures of the images, ');
    expect(require(pictured, images({ conditionImages: 'p' }), images())).toThrow(
      '--test-condition-images must name the pictures of --test-data, which the model is told, received nothing.',
    );
    expect(require(told, images({ masks: 'm' }), images({ masks: 'n' }))).not.toThrow();
  });

  test('goes without masks for a model that draws them', () => {
    expect(require(drawn, images(), images())).not.toThrow();
    expect(require(drawn, images({ masks: 'm' }))).not.toThrow();
  });

  test('refuses what the model has nothing to do with', () => {
    expect(require({}, images({ masks: 'm' }))).toThrow(
      'Cannot evaluate m: --masks must be left out, the model neither takes nor draws masks, received "m".',
    );
    expect(require(pictured, images({ masks: 'm' }))).toThrow('--masks must be left out');
    expect(require(drawn, images(), images({ conditionImages: 'p' }))).toThrow(
      '--test-condition-images must be left out',
    );
  });

  test('refuses images to test with that have masks and no numbers, where the model is told both', () => {
    const both = { ...told, conditions: [AGE] };
    expect(require(both, images({ masks: 'm' }), images({ masks: 'n' }))).toThrow(
      'Cannot evaluate m: --test-csv must name a table with the age of --test-data, which the model is told, received nothing.',
    );
    expect(require(both, images({ masks: 'm' }))).not.toThrow();
    expect(require(both, images({ masks: 'm' }), images({ masks: 'n', conditionColumns: 'age' }))).not.toThrow();
  });
});

describe('matchBeside', () => {
  const dataset = (classes: string[]) => ({
    ...memoryDataset(),
    beside: { channels: 1, mask: { classes }, read: (_: ArrayLike<number>, out: Uint8Array) => out.set([0, 1, 1]) },
  });

  test('numbers masks as the model does, by name', async () => {
    const { beside } = matchBeside('evaluate m', told, dataset(['background', 'muscle']));
    const out = new Uint8Array(3);
    await beside!.read([0], out);
    expect([beside!.mask, [...out]]).toEqual([mask, [0, 2, 2]]);
  });

  test('refuses classes that the model does not know, and pictures of other channels', () => {
    expect(() => matchBeside('evaluate m', drawn, dataset(['background', 'fat', 'bone']), true)).toThrow(
      "Cannot evaluate m: --test-masks must be masks of the model's classes alone, which are background, bone, muscle, received also fat.",
    );
    const coloured = { ...memoryDataset(), beside: { channels: 3, read() {} } };
    expect(() => matchBeside('evaluate m', pictured, coloured)).toThrow(
      'Cannot evaluate m: --condition-images must be pictures that are gray, as the model takes them, received RGB.',
    );
  });
});
