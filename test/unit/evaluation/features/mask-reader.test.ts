import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createMasks, resizeMasks } from '#evaluation/features/batch-masks.ts';
import { createBatches } from '#evaluation/features/batches.ts';
import { openMaskReader } from '#evaluation/features/index.ts';
import { createSegmenter } from '#evaluation/features/segmenter.ts';
import { sourceOfDataset } from '#evaluation/features/source.ts';
import { softDiceLoss } from '#evaluation/features/train-segmenter.ts';
import { readBeside } from '#evaluation/measures/images.ts';
import { maskedDataset, maskedImages } from '#test/evaluate/masked.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { initParameters } from '#training/model/parameters.ts';

const length = { batch: 16, epochs: 1, least: 120, most: 120 };
const images = maskedImages(120, 1);
const dataset = maskedDataset(images);

describe('openMaskReader', () => {
  it('counts the first class where its value is not 0, so that no class is background', async () => {
    const beside = { ...dataset.beside!, mask: { classes: ['skin', 'bone', 'muscle'], values: [1, 2, 3] } };
    const short = { ...length, least: 1, most: 1 };
    const cacheDir = await temporaryFolder();
    const reader = await openMaskReader({ dataset: { ...dataset, beside }, cacheDir, length: short });
    expect(reader.about.first).toBe(0);
    await reader.dispose();
  });
});

describe('createMasks', () => {
  it('moves masks as their images are moved', async () => {
    const source = sourceOfDataset(dataset, dataset.train);
    const drawn = await createBatches(source, 40, 5)(1);
    const masks = await createMasks(source, 40)(drawn);
    // The classes are 100 levels apart, and resampled pixels on their borders lie between.
    const near = masks.filter((k, i) => Math.abs((drawn.images[i]! + 1) * 127.5 - [20, 220, 120][k]!) < 50);
    expect(near.length / masks.length).toBeGreaterThan(0.85);
    const still = await createMasks(source, 40)({ ...drawn, augmentations: drawn.augmentations.map(() => STILL) });
    expect(Array.from(still)).toEqual(
      Array.from(
        (await readBeside(
          dataset,
          drawn.places.map((i) => dataset.train[i]!),
        ))!,
      ),
    );
    expect(masks).not.toEqual(still);
  });
});

const STILL = { angle: 0, shift: [0, 0] as [number, number], scale: 1, contrast: 1 };

describe('resizeMasks', () => {
  it('takes the class under the middle of each pixel', () => {
    const mask = Uint8Array.of(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 0, 0, 3, 3, 0, 0);
    expect(Array.from(resizeMasks(mask, [4, 4], [2, 2]))).toEqual([1, 2, 3, 0]);
    expect(resizeMasks(mask, [4, 4], [4, 4])).toBe(mask);
  });
});

describe('createSegmenter', () => {
  it.each([
    ['small', [1, 8, 8], [8, 8]],
    ['no multiple of four', [1, 11, 14], [11, 14]],
    ['in patches of two', [3, 64, 50], [64, 50]],
    ['made smaller', [1, 200, 160], [128, 102]],
  ] as const)('gives scores of each class for each pixel of images that are %s', (_, shape, [height, width]) => {
    const network = createSegmenter(shape, 3);
    const weights = initParameters(network, 0);
    const scores = tf.tidy(() => {
      const given = Object.fromEntries(
        network.parameters.map((p) => [p.name, tf.tensor(weights.get(p.name)!, p.shape)]),
      );
      return network.forward(given, tf.zeros([2, shape[0], height, width]), false).shape;
    });
    expect(scores).toEqual([2, height, width, 3]);
  });
});

describe('softDiceLoss', () => {
  it('is near 0 for the masks themselves and near 1 for none of their pixels, without the background', () => {
    const targets = tf.oneHot(tf.tensor1d([0, 0, 1, 1, 1, 1, 2, 2, 2, 2], 'int32'), 3).toFloat();
    const wrong = tf.oneHot(tf.tensor1d([0, 0, 2, 2, 2, 2, 1, 1, 1, 1], 'int32'), 3).toFloat();
    const loss = (shares: tf.Tensor) => softDiceLoss(shares, targets, 1).dataSync()[0];
    expect(loss(targets)).toBeCloseTo(0, 6);
    expect(loss(wrong)).toBeCloseTo(1 - 1 / 9, 6);
  });
});
