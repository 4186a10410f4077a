import { expect, test } from 'vitest';
import { describeKnown, formatEpochs, imagesSeen } from '#pipeline/export/images-seen.ts';
import { barsDataset } from '#test/bars.ts';
import { createTrainingBatches } from '#training/data/set/training-batches.ts';
import { resolveConfig } from '#training/settings/config.ts';

const configOf = (training: object) =>
  resolveConfig([{ name: 'the test', config: { training: { steps: 1, ...training } } }]);

test('images seen are those that were in a batch, whatever the passes left out', async () => {
  const dataset = barsDataset({ count: 35, held: 4 });
  const config = configOf({ batch: 4, accumulate: 2, seed: 5 });
  const batches = createTrainingBatches(dataset, { batch: 8, seed: 5, flip: true });
  const seen = new Set<number>();
  for (let steps = 1; steps <= 12; steps++) {
    for (const number of (await batches.next()).numbers) seen.add(number);
    const told = imagesSeen(config, dataset.train.length, steps);
    expect(told).toEqual({ all: 31, images: seen.size, epochs: (8 * steps) / 31 });
  }
  expect(seen.size).toBe(31); // one pass has 24
});

test('the sentence and the number are true of few updates and of many', () => {
  const known = (steps: number) => describeKnown(imagesSeen(configOf({ batch: 12 }), 600, steps));
  expect(known(1)).toBe('the 12 of 600 images that training came to');
  expect(known(50)).toBe('the 600 images it was trained on');
  expect(describeKnown(undefined)).toBe('the images it was trained on');
  const epochs = imagesSeen(configOf({ batch: 256 }), 279, 1);
  expect([epochs.images, formatEpochs(epochs.epochs)]).toEqual([256, 0.92]);
  expect([0.004, 9.64, 26.9].map(formatEpochs)).toEqual([0.004, 9.6, 27]);
});
