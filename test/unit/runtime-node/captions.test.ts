import type { ImageShape } from '@onnoise/scheduler/model';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { captionedStrip } from '#runtime-node/pictures/captions.ts';
import { tile } from '#runtime-node/pictures/pixels.ts';

describe('captionedStrip', () => {
  test.each([
    [1, 28, 28, 140],
    [1, 64, 64, 128],
    [3, 32, 32, 128],
    [1, 300, 300, 300],
    [1, 40, 64, 120],
    [1, 96, 32, 96],
  ] as const)(
    'draws %i x %i x %i pixels %i wide under their captions, as they are',
    async (channels, across, height, cell) => {
      const shape: ImageShape = [channels, height, across];
      const images = Float32Array.from({ length: 2 * channels * across * height }, (_, i) => Math.sin(i * i));
      const file = await captionedStrip(images, shape, ['timestep 999', 'finished']);
      const picture = sharp(file);
      const { width, channels: kept } = await picture.metadata();
      expect([width, kept]).toEqual([2 * (cell + 4) + 4, channels]);
      const { data, info } = await (channels === 1 ? picture.toColourspace('b-w') : picture)
        .raw()
        .toBuffer({ resolveWithObject: true });
      const row = tile(images, shape, { columns: 2, scale: cell / across, gap: 4 });
      const line = (info.height - row.height) * row.width * channels;
      expect(data.subarray(line).equals(Buffer.from(row.data))).toBe(true);
      // Both captions have ink in the line above that is dark enough to read: darker than gray.
      const inked = (from: number, to: number) => {
        let count = 0;
        for (let i = 0; i < line; i += channels) {
          const x = (i / channels) % row.width;
          if (x >= from && x < to && data[i]! < 110) count++;
        }
        return count;
      };
      expect(inked(4, 4 + cell)).toBeGreaterThan(40);
      expect(inked(8 + cell, 8 + 2 * cell)).toBeGreaterThan(40);
    },
  );

  test('refuses other than one caption for each image', async () => {
    await expect(captionedStrip(new Float32Array(2), [1, 1, 1], ['a'])).rejects.toThrow(
      'captions must be one for each of 2 images, received 1',
    );
  });
});
