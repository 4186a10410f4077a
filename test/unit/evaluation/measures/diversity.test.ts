import { expect, test } from 'vitest';
import { diversity, drawPairs } from '#evaluation/measures/diversity.ts';
import { drawGroups } from '#evaluation/measures/intervals.ts';
import { noiseImages } from '#evaluation/measures/noise-images.ts';
import type { Candidate } from '#evaluation/measures/record.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { drawnPicture } from '#test/programs/measure-draws.ts';
import { scalesOf } from '#training/autoencoder/ms-ssim.ts';

test('pictures have as many scales as fit, and tiny ones a smaller window', () => {
  expect([8, 16, 22, 28, 44, 64, 88, 175, 176, 512].map((side) => scalesOf([1, side, side]))).toEqual([
    1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
  ]);
});

test('pairs are of one class, and no picture is in two', () => {
  const labels = Int32Array.from({ length: 101 }, (_, i) => (i % 7 === 0 ? 3 : i % 2));
  const pairs = drawPairs({ count: 101, labels }, 1);
  expect(pairs.length).toBe(49);
  expect(new Set(pairs.flat()).size).toBe(98);
  for (const [one, other] of pairs) expect(labels[one]).toBe(labels[other]);
  expect(drawPairs({ count: 101, labels: undefined }, 1).length).toBe(50);
  expect(drawPairs({ count: 10_000, labels: undefined }, 1).length).toBe(2000);
});

test('a set of one picture again and again is at 1, and noise near 0', async () => {
  const shape = [1, 16, 16] as const;
  const picture = drawnPicture(1, 1, 16, 90);
  const same: ImageSet = {
    shape,
    count: 40,
    pixels: Uint8Array.from({ length: 40 * 256 }, (_, i) => picture[i % 256]!),
  };
  const noise = noiseImages(shape, 40, 1);
  const candidate = (images: ImageSet): Candidate => ({
    images,
    features: { count: 40, width: 1, values: new Float32Array(40) },
  });
  const context = { reference: candidate(same), seed: 1, groups: drawGroups(40, 1), letOthersRun: async () => {} };
  const gauge = await diversity.prepare(context);
  const [alike] = await gauge(candidate(same));
  expect(alike!.value).toBeCloseTo(1, 12);
  const [unlike] = await gauge(candidate(noise));
  expect(unlike!.value).toBeLessThan(0.1);
  expect(unlike!.interval![0]).toBeLessThan(unlike!.value);
  expect(unlike!.interval![1]).toBeGreaterThan(unlike!.value);
});
