import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OpenOptions, openFeatureNetwork, trainedFeatures } from '#evaluation/features/index.ts';
import { readImages } from '#evaluation/measures/images.ts';
import type { FeatureNetwork } from '#evaluation/sets/types.ts';
import { barImages, barsDataset } from '#test/bars.ts';
import { featureOnnx } from '#test/models/feature-onnx.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { fitFeatures, readFeatureFile } from '#training/features/index.ts';

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
const files = (cacheDir: string) => readdirSync(join(cacheDir, 'features'));

describe('openFeatureNetwork', () => {
  it('trains a classifier once, and finds it again', async () => {
    const cacheDir = await temporaryFolder();
    const first = await opened({ cacheDir }, look);
    expect(first.about).toMatchObject({ kind: 'classifier', name: 'classifier of bars', width: 64 });
    expect(first.steps).toBe(40);
    const second = await opened({ cacheDir }, look);
    expect(second).toEqual({ ...first, steps: 0 });
    expect(files(cacheDir)).toHaveLength(1);
  });

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

  it('trains anew for another seed, split, kind or data', { tags: 'long' }, async () => {
    const cacheDir = await temporaryFolder();
    const short = { ...length, least: 1, most: 1 };
    const hashes = new Set<string>();
    for (const options of [
      {},
      { seed: 1 },
      { kind: 'autoencoder' as const },
      { dataset: barsDataset({}, { train: dataset.train.slice(1) }) },
      { dataset: barsDataset({}, { hash: 'other' }) },
    ]) {
      hashes.add((await opened({ cacheDir, length: short, ...options }, look)).about.name);
    }
    expect(files(cacheDir)).toHaveLength(5);
    expect(hashes.size).toBe(2);
  });

  it('trains a damaged one anew, with a note, and gets the same', { tags: 'long' }, async () => {
    const cacheDir = await temporaryFolder();
    const { about } = await opened({ cacheDir }, look);
    const path = join(cacheDir, 'features', files(cacheDir)[0]!);
    const whole = readFileSync(path);
    const damage = [
      () => truncateSync(path, whole.length / 2),
      () => writeFileSync(path, ''),
      () =>
        writeFileSync(
          path,
          whole.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
        ),
    ];
    for (const harm of damage) {
      harm();
      const again = await opened({ cacheDir }, look);
      expect(again.about).toEqual(about);
      expect(again.notes).toEqual([`The cached feature network ${path} is damaged, and is trained again.`]);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
  });

  it('leaves nothing when it is aborted', async () => {
    const cacheDir = await temporaryFolder();
    const controller = new AbortController();
    const opening = openFeatureNetwork({
      dataset,
      length,
      cacheDir,
      signal: controller.signal,
      onProgress: ({ done }) => done === 5 && controller.abort(new Error('enough')),
    });
    await expect(opening).rejects.toThrow('enough');
    expect(files(cacheDir)).toEqual([]);
  });

  it('does no harm when two train at once', { tags: 'long' }, async () => {
    const cacheDir = await temporaryFolder();
    const [first, second] = await Promise.all([opened({ cacheDir }, look), opened({ cacheDir }, look)]);
    expect(second.used).toEqual(first.used);
    expect(files(cacheDir)).toHaveLength(1);
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

  it("opens its own file as if it were a user's, with the same features", async () => {
    const cacheDir = await temporaryFolder();
    const trained = await opened({ cacheDir }, look);
    const file = join(cacheDir, 'features', files(cacheDir)[0]!);
    const { used, about } = await opened({ cacheDir, file }, look);
    expect(used.values).toEqual(trained.used.values);
    expect(about.hash).toBe(trained.about.hash);
  });

  it('gives the features of one image whatever others there are', async () => {
    const cacheDir = await temporaryFolder();
    const images = barImages({ count: 30 }, 5);
    const { used } = await opened({ cacheDir }, async (network) => {
      const whole = await network.extract(images);
      const alone = await network.extract({ ...images, count: 1, pixels: images.pixels.slice(7 * 64, 8 * 64) });
      return [Array.from(whole.values.subarray(7 * 64, 8 * 64)), Array.from(alone.values)];
    });
    for (const [i, value] of used[0]!.entries()) expect(used[1]![i]).toBeCloseTo(value, 4);
  });
});

describe('trainedFeatures', () => {
  it.each(['classifier', 'autoencoder'] as const)(
    'gives the file of its %s, whose layers can count in a loss',
    async (kind) => {
      const cacheDir = await temporaryFolder();
      let steps = 0;
      const options = { dataset, kind, cacheDir, length: { ...length, least: 2, most: 2 }, onProgress: () => steps++ };
      const [first, second] = [await trainedFeatures(options), await trainedFeatures(options)];
      expect(steps).toBe(2);
      expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
      const file = await readFeatureFile(first.name, new Uint8Array(first.bytes));
      const { channels, height, width } = dataset;
      const { layers } = fitFeatures(file, [channels, height, width]);
      expect(layers.map(({ shape }) => shape[0])).toEqual([16, 32, 64].slice(0, layers.length));
      expect(layers.length).toBeGreaterThan(1);
    },
  );
});
