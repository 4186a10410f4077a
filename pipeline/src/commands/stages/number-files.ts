/** Pictures as numbers: an array of numpy with levels or with what was measured, and TIFF of floats with the latter. */
import { extname } from 'node:path';
import { AROUND_PAGE, writeFloatTiff, writeNpy } from '@onnoise/base/arrays';
import type { Levels } from '@onnoise/base/pictures';
import type { Samples } from '@onnoise/runtime-node';
import { type ShownFacts, shownOf, sizeOf, toByte, toDeepLevel } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import { OWN } from './own-pictures.ts';

export type NumberKind = 'npy' | 'tiff';

const KINDS: Readonly<Record<string, NumberKind>> = { '.npy': 'npy', '.tiff': 'tiff', '.tif': 'tiff' };

/** Which kind of numbers a file of this name has; undefined for a picture. @param units whether these are measured */
export function numberKind(path: string, units = false): NumberKind | undefined {
  const kind = KINDS[extname(path).toLowerCase()];
  return units || kind === 'npy' ? kind : undefined;
}

/** The most bytes of `count` pictures in such a file. */
export function numberBytes(
  kind: NumberKind,
  count: number,
  { shape, units, depth = 8 }: { shape: Samples['shape']; units?: boolean | undefined; depth?: 8 | 16 | undefined },
): number {
  if (kind === 'tiff') return count * (4 * shape[1] * shape[2] + AROUND_PAGE);
  return count * sizeOf(shape) * (units ? 4 : depth / 8);
}

/** The one channel that TIFF of floats shows. @throws InputError where there are several */
export function measuredChannel(shown: ShownFacts): number {
  const [channel, ...others] = shownOf('write the pictures', shown);
  if (others.length > 0) {
    const rule = 'one channel where floats go into TIFF, which is gray';
    refuse('write the pictures', '--show', rule, shown.show ?? `the ${1 + others.length} of this model`);
  }
  return channel!;
}

/** What was measured, of values in [-1, 1]. */
export const measuredValues = (images: Float32Array, { black, white }: Levels): Float32Array =>
  images.map((value) => black + ((value + 1) / 2) * (white - black));

/** The file of such values: a page of one channel for each picture. @param values [N, C, H, W] */
export function measuredTiff(values: Float32Array, shape: Samples['shape'], channel: number): Uint8Array {
  const [channels, height, width] = shape;
  const plane = height * width;
  const count = values.length / sizeOf(shape);
  if (channels === 1) return writeFloatTiff(values, [count, height, width], OWN);
  const pages = new Float32Array(count * plane);
  for (let i = 0; i < count; i++) {
    const from = (i * channels + channel) * plane;
    pages.set(values.subarray(from, from + plane), i * plane);
  }
  return writeFloatTiff(pages, [count, height, width], OWN);
}

/**
 * An array of all channels: [N, H, W] of gray pictures, [N, H, W, C] of others. Levels count from 0, black, to 255 or 65535.
 * @param images [N, C, H, W] in [-1, 1]
 */
export function pictureArray(
  images: Float32Array,
  [channels, height, width]: Samples['shape'],
  { depth, levels }: { depth?: 8 | 16 | undefined; levels?: Levels | undefined },
): Uint8Array {
  const values = levels
    ? measuredValues(images, levels)
    : depth === 16
      ? Uint16Array.from(images, toDeepLevel)
      : Uint8Array.from(images, toByte);
  const plane = height * width;
  const count = values.length / (channels * plane);
  if (channels === 1) return writeNpy(values, [count, height, width]);
  const pixels = values.map((_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels];
    return values[(Math.floor(pixel / plane) * channels + channel) * plane + (pixel % plane)]!;
  });
  return writeNpy(pixels, [count, height, width, channels]);
}
