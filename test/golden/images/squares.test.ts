/** Against torchvision's Resize and CenterCrop; the numbers are made by scripts/golden/files/images.py. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#base/pictures/decode.ts';
import { centreOn, planFit } from '#base/pictures/fit.ts';
import { fitGray } from '#base/pictures/gray-frame.ts';
import { grayPicture, temporaryFolder } from '#test/pictures/images.ts';

interface Golden {
  geometry: [width: number, height: number, size: number, w: number, h: number, left: number, top: number][];
  pixels: { width: number; height: number; size: number; lanczos: number[]; bilinear: number[] }[];
}

const path = join(import.meta.dirname, '..', 'data', 'images', 'squares.json');
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

const folder = temporaryFolder();
let files = 0;

const level = (x: number, y: number) => {
  const t = (3 * x + 2 * y) % 200;
  return 50 + Math.min(t, 200 - t);
};

it('a crop resizes to the same sides as torchvision and takes the same pixels', () => {
  expect(golden.geometry.length).toBeGreaterThan(300);
  for (const [width, height, size, w, h, left, top] of golden.geometry) {
    const plan = planFit(width, height, { width: size, height: size }, 'crop');
    expect(plan, `${width} x ${height} to ${size}`).toEqual({ width: w, height: h });
    if (Math.max(w, h) > 255) continue; // more than a byte can distinguish
    const columns = Uint8Array.from({ length: w * h }, (_, i) => i % w);
    const rows = Uint8Array.from({ length: w * h }, (_, i) => Math.floor(i / w));
    const first = [columns, rows].map(
      (places) => centreOn({ width: size, height: size }, places, { width: w, height: h }, 1, 0)[0],
    );
    expect(first, `${width} x ${height} to ${size}`).toEqual([left, top]);
  }
});

describe.each(golden.pixels)('$width x $height cropped to $size', ({ width, height, size, lanczos }) => {
  const options = { size, fit: 'crop', background: 'black' } as const;
  const farthest = (levels: ArrayLike<number>) => Math.max(...lanczos.map((value, i) => Math.abs(value - levels[i]!)));
  const decode = async (bytes: Buffer) => {
    const file = join(folder, `picture-${files++}`);
    writeFileSync(file, bytes);
    const { pixels } = await decodeImage(file, options);
    return pixels.filter((_, i) => i % 3 === 0);
  };

  it('is what Pillow makes of it with Lanczos, to a level or two', async () => {
    const picture = grayPicture(width, height, level);
    expect(farthest(await decode(await picture.toBuffer()))).toBeLessThanOrEqual(2);
    const raw = Uint8Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
    expect(farthest(await fitGray(raw, height, width, options))).toBeLessThanOrEqual(2);
  });

  it('is at the same place from a JPEG or WebP, which may shrink while it is decoded', async () => {
    const picture = () => grayPicture(width, height, level);
    expect(farthest(await decode(await picture().jpeg({ quality: 100 }).toBuffer()))).toBeLessThanOrEqual(3);
    expect(farthest(await decode(await picture().webp({ lossless: true }).toBuffer()))).toBeLessThanOrEqual(3);
  });
});
