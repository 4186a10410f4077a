import { describe, expect, it } from 'vitest';
import { type OpenOptions, openFeatureNetwork } from '#evaluation/features/index.ts';
import { readImages } from '#evaluation/measures/images.ts';
import type { FeatureNetwork } from '#evaluation/sets/types.ts';
import { barImages, barsDataset } from '#test/bars.ts';
import { featureOnnx } from '#test/models/feature-onnx.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

const length = { batch: 12, epochs: 1, least: 40, most: 40 };
const dataset = barsDataset();

/** Opens a network, uses it, and frees it. @returns what it is and what was said. */
async function opened<T>(
  options: Omit<OpenOptions, 'dataset'> & Partial<OpenOptions>,
  use: (network: FeatureNetwork) => Promise<T>,
) {
  const notes: string[] = [];
  let steps = 0;
  const network = await openFeatureNetwork({
    dataset,
    length,
    onNote: (note) => notes.push(note),
    onProgress: () => steps++,
    ...options,
  });
  const { about } = network;
  const used = await use(network).finally(() => network.dispose());
  return { about, used, notes, steps };
}

const look = (network: FeatureNetwork) => network.extract(barImages({ count: 30 }, 5));

describe('openFeatureNetwork', () => {
  it('tells its accuracy on the held-out images, which are named mostly right', { tags: 'long' }, async () => {
    const cacheDir = await temporaryFolder();
    const held = await readImages(dataset, dataset.validation);
    const { about, used } = await opened({ cacheDir }, (network) => network.extract(held));
    const right = held.labels!.filter((label, i) => label === used.classes![i]).length;
    expect(about.accuracy).toBe(right / 12);
    expect(about.accuracy).toBeGreaterThan(0.8);
    const whole = barsDataset({ held: 0 });
    expect((await opened({ cacheDir, dataset: whole }, look)).about.accuracy).toBeUndefined();
  });

  it('trains an autoencoder where there are no labels, or one class', { tags: 'long' }, async () => {
    const cacheDir = await temporaryFolder();
    for (const unlabelled of [barsDataset({ labelled: false }), barsDataset({ classes: 1 })]) {
      const { about, used } = await opened({ cacheDir, dataset: unlabelled }, look);
      expect(about).toMatchObject({ kind: 'autoencoder', width: 64 });
      expect(about.name).toBe('denoising autoencoder of bars (noise up to 0.5)');
      expect(about.accuracy).toBeUndefined();
      expect(used.classes).toBeUndefined();
      const asked = openFeatureNetwork({ dataset: unlabelled, kind: 'classifier', cacheDir });
      await expect(asked).rejects.toThrow('Cannot train a classifier: the training images must be of two classes');
    }
  });

  it("opens the user's file instead", async () => {
    const cacheDir = await temporaryFolder();
    const file = await featureOnnx();
    const { about, used, steps } = await opened({ cacheDir, file, range: '0,255' }, look);
    expect(about).toMatchObject({ kind: 'file', name: 'seen.onnx', width: 1 });
    expect(about.hash).toMatch(/^[0-9a-f]{64}$/);
    expect([used.width, used.count, steps]).toEqual([1, 30, 0]);
    await expect(openFeatureNetwork({ dataset, cacheDir, range: '0,1' })).rejects.toThrow(
      'Cannot train the features: --feature-range must be left out without --feature-model, received 0,1.',
    );
  });
});
