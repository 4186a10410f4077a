/** Pictures of bars, each with a grain of its own: no two are alike, so that copies can be told. As IDX files, too. */
import { gaussian } from '@onnoise/scheduler';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { type BarsOptions, barImages } from '#test/bars.ts';
import { writeFiles } from '#test/pictures/images.ts';

/** Deviation of the grain, of 255. */
const GRAIN = 30;

export function grainedBars(options: BarsOptions, seed: number): ImageSet {
  const images = barImages(options, seed);
  const grain = new Float32Array(images.pixels.length);
  gaussian(seed, 0, grain, 5);
  const pixels = images.pixels.map((level, i) => Math.min(255, Math.max(0, Math.round(level + GRAIN * grain[i]!))));
  return { ...images, pixels };
}

/** Writes a folder with IDX files of gray images, with their labels if they have some. Returns it. */
export function writeIdx(folder: string, { shape, count, pixels, labels }: ImageSet): Promise<string> {
  return writeFiles(folder, {
    'train-images-idx3-ubyte': idx(0x803, [count, shape[1], shape[2]], pixels),
    ...(labels && { 'train-labels-idx1-ubyte': idx(0x801, [count], labels) }),
  });
}

function idx(magic: number, dimensions: readonly number[], values: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic, 0);
  for (const [i, side] of dimensions.entries()) header.writeUInt32BE(side, 4 + 4 * i);
  return Buffer.concat([header, Uint8Array.from(values)]);
}
