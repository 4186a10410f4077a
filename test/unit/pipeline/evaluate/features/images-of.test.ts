import { describe, expect, it } from 'vitest';
import { imagesOf } from '#pipeline/evaluate/features/index.ts';
import { barImages, barsDataset } from '../../../../support/bars.ts';

describe('imagesOf', () => {
  it('reads images by number, in the order asked for, with their labels', async () => {
    const all = barImages({ count: 300, classes: 2 });
    const numbers = Array.from({ length: 300 }, (_, i) => 299 - i);
    const images = await imagesOf(barsDataset({ count: 300, classes: 2 }), numbers);
    expect(images).toMatchObject({ shape: [1, 8, 8], count: 300 });
    expect(images.labels).toEqual(all.labels!.toReversed());
    for (const i of [0, 1, 255, 256, 299]) {
      const from = (299 - i) * 64;
      expect(images.pixels.slice(i * 64, i * 64 + 64)).toEqual(all.pixels.slice(from, from + 64));
    }
  });

  it('has no labels where the data have none, and stops when aborted', async () => {
    const dataset = barsDataset({ labelled: false });
    expect((await imagesOf(dataset, [3])).labels).toBeUndefined();
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(imagesOf(dataset, [3], aborted)).rejects.toThrow('enough');
  });
});
