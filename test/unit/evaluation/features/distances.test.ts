/** Distances in features of both kinds put sets of images in the order in which people do. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaussian } from '@onnoise/scheduler';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFeatureNetwork } from '#evaluation/features/index.ts';
import type { FeatureNetwork, Features, ImageSet } from '#evaluation/sets/types.ts';
import { barImages, barsDataset } from '#test/bars.ts';

const SIZE = 12;
const COUNT = 150;
const real = barImages({ count: COUNT, size: SIZE }, 9);

const noisy = (images: ImageSet, deviation: number): ImageSet => {
  const noise = new Float32Array(images.pixels.length);
  gaussian(4, 0, noise);
  const pixels = images.pixels.map((level, i) => Math.min(255, Math.max(0, level + 127.5 * deviation * noise[i]!)));
  return { ...images, pixels };
};

/** Means of 3 x 3 pixels, some times over. */
function blurred(images: ImageSet, times: number): ImageSet {
  let { pixels } = images;
  for (let time = 0; time < times; time++) {
    const from = pixels;
    pixels = from.map((_, i) => {
      const [y, x] = [Math.floor(i / SIZE) % SIZE, i % SIZE];
      let sum = 0;
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          const inside = y + dy >= 0 && y + dy < SIZE && x + dx >= 0 && x + dx < SIZE;
          sum += from[inside ? i + dy * SIZE + dx : i]!;
        }
      }
      return sum / 9;
    });
  }
  return { ...images, pixels };
}

/** Only the images of one class, repeated. */
function oneClass(images: ImageSet): ImageSet {
  const size = SIZE * SIZE;
  const pixels = images.pixels.map((_, i) => {
    const image = Math.floor(i / size);
    return images.pixels[(image - (image % 3)) * size + (i % size)]!;
  });
  return { ...images, pixels };
}

/** Frechet's distance as if features were independent. */
function distance(a: Features, b: Features): number {
  let sum = 0;
  for (let k = 0; k < a.width; k++) {
    const [first, second] = [a, b].map(({ values, count, width }) => {
      const column = Array.from({ length: count }, (_, i) => values[i * width + k]!);
      const mean = column.reduce((total, value) => total + value, 0) / count;
      return { mean, deviation: Math.sqrt(column.reduce((total, value) => total + (value - mean) ** 2, 0) / count) };
    });
    sum += (first!.mean - second!.mean) ** 2 + (first!.deviation - second!.deviation) ** 2;
  }
  return sum;
}

for (const kind of ['classifier', 'autoencoder'] as const) {
  describe(`distances in features of ${kind === 'classifier' ? 'a classifier' : 'an autoencoder'}`, () => {
    let network: FeatureNetwork;
    let reference: Features;
    const from = async (images: ImageSet) => distance(await network.extract(images), reference);

    beforeAll(async () => {
      const cacheDir = mkdtempSync(join(tmpdir(), 'onnoise-'));
      const dataset = barsDataset({ count: 300, size: SIZE, held: 0 });
      const length = { batch: 32, epochs: 1, least: 150, most: 150 };
      network = await openFeatureNetwork({ dataset, kind, cacheDir, length });
      reference = await network.extract(barImages({ count: 300, size: SIZE }));
      return async () => {
        await network.dispose();
        rmSync(cacheDir, { recursive: true });
      };
    });

    it('grow with noise, and are largest for nothing but noise', async () => {
      const none = { ...real, pixels: new Uint8Array(real.pixels.length).fill(128) };
      const sets = [real, noisy(real, 0.3), noisy(real, 0.6), noisy(none, 1)];
      const distances = [];
      for (const set of sets) distances.push(await from(set));
      expect(distances).toEqual(distances.toSorted((a, b) => a - b));
      expect(distances[1]).toBeGreaterThan(1.5 * distances[0]!);
    });

    it('grow with blur', async () => {
      const distances = [await from(real), await from(blurred(real, 1)), await from(blurred(real, 4))];
      expect(distances).toEqual(distances.toSorted((a, b) => a - b));
      expect(distances[1]).toBeGreaterThan(1.5 * distances[0]!);
    });

    it('tell where classes are missing', async () => {
      expect(await from(oneClass(real))).toBeGreaterThan(3 * (await from(real)));
    });
  });
}
