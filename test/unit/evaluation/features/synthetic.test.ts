import { gaussian } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { trainOnSynthetic } from '#evaluation/features/index.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { barImages } from '#test/bars.ts';

const COUNT = 90;
const length = { batch: 16, epochs: 1, least: 60, most: 60 };
const real = barImages({ count: COUNT });
const heldOut = barImages({ count: 60 }, 5);

function noiseOf({ shape, count, pixels }: ImageSet): ImageSet {
  const values = new Float32Array(pixels.length);
  gaussian(8, 0, values);
  return { shape, count, pixels: Uint8Array.from(values, (z) => Math.min(255, Math.max(0, 127.5 + 127.5 * z))) };
}

const sets = { real, heldOut, noise: noiseOf(real), classes: 3, seed: 0, length };

describe('trainOnSynthetic', () => {
  it('gives pictures that show what they should the accuracy of real ones, and noise that of guessing', {
    tags: 'long',
  }, async () => {
    const shares: number[] = [];
    const onProgress = (done: number, total: number) => shares.push(done / total);
    const measure = await trainOnSynthetic({ ...sets, synthetic: barImages({ count: COUNT }, 3), onProgress });
    expect(measure).toMatchObject({ id: 'synthetic_accuracy', better: 'higher' });
    expect(measure.real.value).toBeGreaterThan(0.9);
    expect(measure.model.value).toBeGreaterThan(0.9);
    expect(measure.noise.value).toBeLessThan(0.7);
    const [low, high] = measure.model.interval!;
    expect(low).toBeLessThan(measure.model.value);
    expect(high).toBeGreaterThanOrEqual(measure.model.value);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('finds that pictures of other classes than those asked for are worth nothing', { tags: 'long' }, async () => {
    const { labels, ...images } = barImages({ count: COUNT }, 3);
    const wrong = { ...images, labels: labels!.map((label) => (label + 1) % 3) };
    const { model } = await trainOnSynthetic({ ...sets, synthetic: wrong });
    expect(model.value).toBeLessThan(0.1);
  });

  it('refuses sets without labels and of other sizes', async () => {
    const { labels: _, ...unlabelled } = real;
    await expect(trainOnSynthetic({ ...sets, synthetic: unlabelled })).rejects.toThrow(
      'Cannot train on synthetic images: synthetic must have labels, received none.',
    );
    await expect(trainOnSynthetic({ ...sets, synthetic: barImages({ count: 30 }) })).rejects.toThrow(
      'Cannot train on synthetic images: synthetic must have 90 images, as real has, received 30.',
    );
  });
});
