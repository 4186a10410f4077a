import sharp from 'sharp';
import { expect, it } from 'vitest';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { encodePng } from '#phantom/png.ts';

it('sharp reads the pixels and the texts that encodePng has written', async () => {
  const pixels = Uint8Array.from({ length: 40 * 40 }, (_, i) => (i * i * 7 + (i >> 3)) & 255);
  const file = encodePng(pixels, 40, { Warning: LABEL, Comment: 'age 12 months' });
  const metadata = await sharp(file).metadata();
  expect(metadata).toMatchObject({ format: 'png', width: 40, height: 40, channels: 1, depth: 'uchar' });
  expect(metadata.comments).toEqual([
    { keyword: 'Warning', text: LABEL },
    { keyword: 'Comment', text: 'age 12 months' },
  ]);
  const { data } = await sharp(file, { failOn: 'warning' })
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(Buffer.compare(data, Buffer.from(pixels))).toBe(0);
});
