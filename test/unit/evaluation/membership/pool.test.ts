import { describe, expect, it } from 'vitest';
import { requireImages, sharedImages } from '#evaluation/membership/check.ts';
import { drawHalf } from '#evaluation/membership/halves.ts';
import { joinPool, pixelHashes } from '#evaluation/membership/pool.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';

const part = (dataset: ReturnType<typeof memoryDataset>, ...numbers: number[]) => ({
  dataset,
  numbers: Uint32Array.from(numbers),
});

describe('the pool of images', () => {
  it('has the pixels, labels and numbers of both parts, in their order', async () => {
    const [one, two] = [memoryDataset({ classes: 2, aged: true }), memoryDataset({ classes: 2, aged: true, count: 9 })];
    const parts = [part(one, 4, 7), part(two, 1)] as const;
    const hashes = [await pixelHashes(parts[0]), await pixelHashes(parts[1])] as const;
    const { dataset, members } = joinPool(...parts, hashes);
    expect([dataset.count, members, Array.from(dataset.train)]).toEqual([3, 2, [0, 1, 2]]);
    expect(Array.from(dataset.labels!)).toEqual([0, 1, 1]);
    expect(Array.from(dataset.conditions!.values)).toEqual([16, 20.5, 11.5]);
    const pixels = new Uint8Array(2 * 16);
    await dataset.read([2, 1], pixels);
    const wanted = new Uint8Array(2 * 16);
    await two.read([1], wanted.subarray(0, 16));
    await one.read([7], wanted.subarray(16));
    expect(pixels).toEqual(wanted);
    expect(dataset.hash).not.toBe(joinPool(parts[1], parts[0], [hashes[1], hashes[0]]).dataset.hash);
  });

  it('keeps together what shares a group or its pixels, and no groups of different datasets', async () => {
    const one = { ...memoryDataset({ count: 6 }), groups: [0, 0, 1, 2, 3, 3] };
    const two = { ...memoryDataset({ count: 6 }), groups: [0, 0, 1, 1, 2, 2] };
    const parts = [part(one, 0, 1, 2, 3), part(two, 4, 5)] as const;
    const hashes = ['a', 'b', 'b', 'c'];
    expect(Array.from(joinPool(...parts, [hashes, ['d', 'e']]).groups)).toEqual([0, 0, 0, 1, 2, 2]);
    const same = joinPool(parts[0], part(one, 5), [hashes, ['d']]);
    expect(Array.from(same.groups)).toEqual([0, 0, 0, 1, 2]);
  });

  it('finds held-out images with the pixels of training images', async () => {
    const dataset = memoryDataset({ count: 8 });
    const [own, held] = [await pixelHashes(part(dataset, 0, 1, 2)), await pixelHashes(part(dataset, 5, 1, 6))];
    expect(sharedImages(own, held)).toEqual([1]);
  });

  it('refuses fewer than 8 images of a kind, and says how many a share takes', () => {
    expect(() => requireImages('audit m', 20, 7)).toThrow(
      'Cannot audit m: there must be at least 8 held-out images, received 7. A true positive rate at 1 % false positives needs at least 100 of each.',
    );
    expect(() => requireImages('audit m', 8, 8)).not.toThrow();
  });
});

describe('halves', () => {
  const groups = Int32Array.from({ length: 60 }, (_, i) => (i < 30 ? Math.floor(i / 3) : i - 20));

  it('come in pairs: each image is in one of the two, and groups stay whole', () => {
    for (let pair = 0; pair < 6; pair += 2) {
      const [first, second] = [drawHalf(groups, pair, 5), drawHalf(groups, pair + 1, 5)];
      expect(first.every((inside, i) => inside + second[i]! === 1)).toBe(true);
      for (let i = 0; i < 30; i += 3) expect(new Set(first.subarray(i, i + 3)).size).toBe(1);
      const size = first.reduce((sum, one) => sum + one, 0);
      expect(Math.abs(size - 30)).toBeLessThanOrEqual(3);
    }
    expect(drawHalf(groups, 0, 5)).not.toEqual(drawHalf(groups, 2, 5));
    expect(drawHalf(groups, 0, 5)).not.toEqual(drawHalf(groups, 0, 6));
  });
});
