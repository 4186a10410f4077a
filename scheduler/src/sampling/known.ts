/**
 * Sampling from a picture: where it starts, and the pixels that a mask keeps.
 *
 * Kept pixels are put back after every row, at the noise level of the next one, with the noise that sampling started
 * from; after the last row they are the picture's own. As in diffusers' inpainting pipelines, and as in RePaint
 * (Lugmayr et al. 2022, equation 8) but for its fresh noise.
 */
import { InputError, refuse } from '../rules/errors.ts';
import type { SamplerRow } from './rows/record.ts';
import type { SamplerTable } from './table.ts';

/** What a mask keeps; all but the mask have the length of x, [N, C, H, W] or [C, H, W]. */
export interface Known {
  /** In [-1, 1]. */
  picture: Float32Array;
  /** [H, W] in 0..1: 1 is painted anew, 0 is kept, between is a blend. */
  mask: Float32Array;
  /** The unit noise that sampling started from. */
  noise: Float32Array;
}

/** Unit noise to where sampling starts, in place; of noise alone with a start of 1 it changes no bit. */
export function begin(
  x: Float32Array,
  { start, signal }: Pick<SamplerTable, 'start' | 'signal'>,
  picture?: Float32Array,
) {
  if (signal !== 0 && picture === undefined) throw new Error('The table starts from a picture, which was not given.');
  if (start !== 1) for (let i = 0; i < x.length; i++) x[i]! *= start;
  if (signal !== 0) for (let i = 0; i < x.length; i++) x[i]! += signal * picture![i]!;
}

/** The noise level that x has after row `i`: that of the next row, and no noise after the last. */
export function levelAfter(rows: readonly SamplerRow[], i: number): Pick<SamplerRow, 'signal' | 'noise'> {
  return rows[i + 1] ?? CLEAN;
}

const CLEAN = { signal: 1, noise: 0 };

/**
 * Puts the kept pixels back into x, or into a copy of x0 that is shown, in place: x = m x + (1 - m) (signal picture +
 * noise z). Methods that look back remember the x0 without them, as in diffusers.
 */
export function putBack(
  x: Float32Array,
  { picture, mask, noise }: Known,
  level: Pick<SamplerRow, 'signal' | 'noise'> = CLEAN,
): void {
  const plane = mask.length;
  for (let i = 0; i < x.length; i++) {
    const m = mask[i % plane]!;
    if (m === 1) continue;
    x[i] = m * x[i]! + (1 - m) * (level.signal * picture[i]! + level.noise * noise[i]!);
  }
}

/** One picture for all images, or one for each, as `size` values, those of all images. */
export function eachImage(pictures: Float32Array, size: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(size);
  for (let at = 0; at < size; at += pictures.length) all.set(pictures, at);
  return all;
}

/** Pictures `first`, `first` + 1 ... of those to start from, of `size` values each; one is for all images. */
export function pictureOf(from: Float32Array, first: number, size: number, count = 1): Float32Array {
  return from.length === size ? from : from.subarray(first * size, (first + count) * size);
}

const ACTION = 'sample images';

/**
 * Checks the forms of a picture to start from, [C, H, W] or one for each of `count` images, and of a mask.
 * @param unbounded whether the picture may lie beyond -1 and 1. Default: no
 */
export function checkPicture(
  { from, mask }: { from?: unknown; mask?: unknown },
  [channels, height, width]: readonly number[],
  count: number,
  unbounded = false,
): void {
  const plane = height! * width!;
  const size = channels! * plane;
  if (from !== undefined) {
    const reach = unbounded ? Number.MAX_VALUE : 1;
    const one = `${size} ${unbounded ? 'finite values' : 'values from -1 to 1'}, [${channels}, ${height}, ${width}]`;
    const words = count === 1 ? one : `${one}, or as many for each image`;
    checkValues('from', from, [size, size * count], [-reach, reach], words);
  }
  if (mask === undefined) return;
  if (from === undefined) refuse(ACTION, 'mask', 'left out without a picture to start from', mask);
  checkValues('mask', mask, [plane], [0, 1], `${plane} values from 0 to 1, [${height}, ${width}]`);
}

function checkValues(
  name: string,
  values: unknown,
  lengths: readonly number[],
  [min, max]: readonly [min: number, max: number],
  words: string,
): void {
  if (!(values instanceof Float32Array)) refuse(ACTION, name, `a Float32Array of ${words}`, values);
  const { length } = values;
  if (!lengths.includes(length))
    throw new InputError(`Cannot ${ACTION}: ${name} must be ${words}, received ${length}.`);
  const bad = values.find((value) => !(value >= min && value <= max));
  if (bad !== undefined) refuse(ACTION, name, words, bad);
}
