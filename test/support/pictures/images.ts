/** Test pictures on disk, made with sharp, and the datasets prepared from them. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { prepareDataset } from '#training/data/index.ts';
import type { Dataset, PrepareOptions, PrepareProgress } from '#training/data/set/types.ts';
import { temporaryFolder } from '../temporary/folder.ts';

export { temporaryFolder };

/** New places below a folder that is removed after the tests: for the images of a case, and for what is prepared of them. */
export function casePlaces(name = 'pictures') {
  const root = temporaryFolder();
  let made = 0;
  return () => {
    const at = join(root, `case-${made++}`);
    return { data: join(at, name), cacheDir: join(at, 'cache') };
  };
}

/** Writes files below `folder`: bytes, text, or a picture for sharp to encode. Returns `folder`. */
export async function writeFiles(folder: string, files: Record<string, Uint8Array | string | Sharp>): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const bytes = typeof content === 'string' || content instanceof Uint8Array ? content : await content.toBuffer();
    writeFileSync(path, bytes);
  }
  return folder;
}

/** A gray picture from its levels, row by row. */
export function grayPicture(width: number, height: number, level: (x: number, y: number) => number): Sharp {
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png();
}

/** A gray picture of 8 x 8 of one level. */
export const gray = (level: number): Sharp => grayPicture(8, 8, () => level);

/** A few gray pictures of 8 x 8, for tests that train on anything. Returns `folder`. */
export function writeGrayPictures(folder: string): Promise<string> {
  const picture = (i: number) => grayPicture(8, 8, (x, y) => (20 * i + 8 * x + 4 * y) % 256);
  return writeFiles(folder, Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.png`, picture(i)])));
}

/** One colour, with alpha when four values are given. */
export function flatPicture(width: number, height: number, ...colour: number[]): Sharp {
  const channels = colour.length as 1 | 2 | 3 | 4;
  const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => colour[i % channels]!);
  const picture = sharp(pixels, { raw: { width, height, channels } }).png();
  return channels < 3 ? picture.toColourspace('b-w') : picture;
}

/** A gray picture of 16 bits from its levels. */
export function deepPicture(width: number, height: number, level: (x: number, y: number) => number): Sharp {
  const pixels = Uint16Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png();
}

/** Fixed pixels that do not compress, so that a file is long enough to cut. */
export function noisePicture(width: number, height: number): Sharp {
  let state = 1;
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) & 255;
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Small defaults: 8 x 8, crop, nothing held out. */
export const SMALL = { size: 8, fit: 'crop', validationShare: 0, seed: 0, strict: false } as const;

/** Prepares with small defaults, and a cache beside the data. */
export function prepare(
  options: Partial<PrepareOptions> & Pick<PrepareOptions, 'data' | 'cacheDir'>,
  onProgress?: (progress: PrepareProgress) => void,
): Promise<Dataset> {
  return prepareDataset({ ...SMALL, ...options }, onProgress);
}

/** All pixels of a dataset: [count, C, H, W] uint8. */
export async function allPixels(dataset: Dataset): Promise<Uint8Array> {
  const { count, channels, height, width } = dataset;
  const out = new Uint8Array(count * channels * height * width);
  await dataset.read(
    Array.from({ length: count }, (_, i) => i),
    out,
  );
  return out;
}

/** Names in a folder: those that are not temporary leftovers, and those that are. */
export function listCache(cacheDir: string): { complete: string[]; temporary: string[] } {
  const names = readdirSync(cacheDir);
  return {
    complete: names.filter((name) => !name.endsWith('.tmp')),
    temporary: names.filter((name) => name.endsWith('.tmp')),
  };
}
