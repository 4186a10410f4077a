import { describe, expect, it } from 'vitest';
import { createBatches, createNoise } from '#evaluation/features/batches.ts';
import { sourceOfImages } from '#evaluation/features/source.ts';
import { barImages } from '#test/bars.ts';

const source = sourceOfImages(barImages({ count: 10 }));

describe('createBatches', () => {
  it('gives every image once an epoch, in another order each time, though the batch does not divide them', async () => {
    const draw = createBatches(source, 4, 3);
    const places: number[] = [];
    for (let number = 0; number < 5; number++) places.push(...(await draw(number)).places);
    const all = Array.from({ length: 10 }, (_, i) => i);
    expect(places.slice(0, 10).toSorted((a, b) => a - b)).toEqual(all);
    expect(places.slice(10).toSorted((a, b) => a - b)).toEqual(all);
    expect(places.slice(0, 10)).not.toEqual(places.slice(10));
  });

  it('gives a batch of a number whatever was drawn before', async () => {
    const straight = createBatches(source, 4, 3);
    for (let number = 0; number < 3; number++) await straight(number);
    expect(await straight(3)).toEqual(await createBatches(source, 4, 3)(3));
    expect(await straight(3)).not.toEqual(await createBatches(source, 4, 4)(3));
  });

  it('changes images a little and never mirrors them', async () => {
    const half = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 255 : 0));
    const draw = createBatches(sourceOfImages({ shape: [1, 8, 8], count: 1, pixels: half }), 50, 0);
    const { images } = await draw(0);
    const side = (image: number, right: boolean) =>
      images
        .subarray(64 * image, 64 * (image + 1))
        .reduce((sum, value, i) => sum + (i % 8 >= 4 === right ? value : 0), 0);
    const lefts = Array.from({ length: 50 }, (_, image) => side(image, false));
    expect(Math.min(...lefts)).toBeGreaterThan(16);
    expect(Math.max(...Array.from({ length: 50 }, (_, image) => side(image, true)))).toBeLessThan(-16);
    expect(new Set(lefts).size).toBeGreaterThan(40);
  });
});

describe('createNoise', () => {
  it('adds noise of the deviation that it tells', () => {
    const images = new Float32Array(20 * 4000);
    const levels = createNoise(20, 0.5, 1)(images, 7);
    const again = new Float32Array(images.length);
    const add = createNoise(20, 0.5, 1);
    add(again.slice(), 6);
    add(again, 7);
    expect(again).toEqual(images);
    for (const [i, level] of levels.entries()) {
      const noise = images.subarray(4000 * i, 4000 * (i + 1));
      const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / 4000);
      expect(deviation / (0.5 * level)).toBeCloseTo(1, 1);
    }
    expect(Math.max(...levels)).toBeGreaterThan(0.8);
    expect(Math.min(...levels)).toBeLessThan(0.2);
  });
});
