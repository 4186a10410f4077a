/** Large images made smaller. */
import type { ImageSet } from '../sets/types.ts';

/** Side of the squares of pixels whose means make images of at most `most` pixels a side; 1 changes nothing. */
export const factorTo = ([, height, width]: ImageSet['shape'], most: number): number =>
  Math.ceil(Math.max(height, width) / most);

/** Means of squares of pixels, rounded. Squares at the right and the bottom may be cut. */
export function shrink(images: ImageSet, factor: number): ImageSet {
  if (factor === 1) return images;
  const [channels, height, width] = images.shape;
  const [rows, columns] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const planes = images.count * channels;
  const pixels = new Uint8Array(planes * rows * columns);
  const sums = new Float64Array(rows * columns);
  for (let plane = 0; plane < planes; plane++) {
    sums.fill(0);
    for (let y = 0, from = plane * height * width; y < height; y++) {
      const to = Math.floor(y / factor) * columns;
      for (let x = 0; x < width; x++, from++) sums[to + Math.floor(x / factor)]! += images.pixels[from]!;
    }
    for (let i = 0; i < sums.length; i++) {
      const tall = Math.min(factor, height - Math.floor(i / columns) * factor);
      const wide = Math.min(factor, width - (i % columns) * factor);
      pixels[plane * sums.length + i] = Math.round(sums[i]! / (tall * wide));
    }
  }
  return { ...images, shape: [channels, rows, columns], pixels };
}
