/** Sizes of tensors and of pictures. */
import { integer, type Rule, rule } from '../rules/rule.ts';

/** Number of elements of a tensor of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** A picture in pixels. */
export interface Extent {
  width: number;
  height: number;
}

/** An extent as people write it: the side of a square, or width x height. */
export type PictureSize = number | `${number}x${number}`;

/** As diffusers writes it: the side of a square, or both, height first. */
export type SampleSize = number | readonly [height: number, width: number];

const WRITTEN = /^([1-9]\d*)x([1-9]\d*)$/;

/** @param most pixels of a side */
export function pictureSize(most: number): Rule<PictureSize> {
  const side = integer(1, most);
  return rule(`${side.words}, or width x height such as 96x64`, (value) => {
    const sides = typeof value === 'string' ? WRITTEN.exec(value)?.slice(1).map(Number) : [value];
    return sides?.every(side.holds) ?? false;
  });
}

/** @param most pixels of a side */
export function sampleSize(most: number, least = 1): Rule<SampleSize> {
  const side = integer(least, most);
  return rule(
    `${side.words}, or two of them, [height, width]`,
    (value) => side.holds(value) || (Array.isArray(value) && value.length === 2 && value.every(side.holds)),
  );
}

export function extentOf(size: PictureSize): Extent {
  if (typeof size === 'number') return { width: size, height: size };
  const [width, height] = size.split('x').map(Number) as [number, number];
  return { width, height };
}

/** @returns [height, width] */
export const sidesOf = (size: SampleSize): readonly [height: number, width: number] =>
  typeof size === 'number' ? [size, size] : size;

/** Those of a picture that is so many times as wide and high. @returns [height, width] */
export function scaledSides(size: SampleSize, factor: number): [height: number, width: number] {
  const [height, width] = sidesOf(size);
  return [height * factor, width * factor];
}

export const pictureSizeOf = ({ width, height }: Extent): PictureSize =>
  width === height ? width : `${width}x${height}`;

/** The side alone of a square. */
export const sampleSizeOf = ({ width, height }: Extent): SampleSize => (width === height ? width : [height, width]);
