/**
 * Label maps of the wanted size, by nearest neighbour, in the geometry of their images (pictures/fit.ts and raw-picture.ts).
 *
 * A pixel of the result takes the label that lies under its centre. Pixel x of a picture that was resized from a part of
 * `part` pixels, which begins at `left`, to `width` has its centre at left + (x + 1/2) part / width of the image; of a map that
 * has another size than its image, at that times the ratio of both. A centre on the border of two pixels takes the right, or lower, one.
 * libvips lays images that it enlarges half a pixel of the result further to the right and down, which labels do not follow.
 */
import { type Extent, extentOf } from '@onnoise/scheduler/model';
import { type LabelGrid, orientationBeside, type Shown, turnLabels, undoing } from '@onnoise/scheduler/png';
import { centreOn, planFit } from '../pictures/fit.ts';
import type { ImageOptions } from '../pictures/types.ts';

/** An image before it is brought to size, turned as its EXIF orientation says. */
export interface ImageShape extends Shown {
  /** Width of a pixel over its height. Default 1. */
  aspect?: number;
}

/** Whether a map has to be resized onto its image. @throws Error with the reason where their proportions differ */
export function needsResize(map: Extent, image: Extent): boolean {
  if (map.width === image.width && map.height === image.height) return false;
  const across = Math.abs(map.width - (image.width * map.height) / image.height);
  const down = Math.abs(map.height - (image.height * map.width) / image.width);
  // Sides in proportion are rounded to whole pixels.
  if (across < 1 && down < 1) return true;
  throw new Error(`it is ${map.width} x ${map.height} pixels, and its image ${image.width} x ${image.height}`);
}

/** Whether a map of this size lies on its image, or can be resized onto it. */
export function isOfShape(map: Extent, image: Extent): boolean {
  try {
    needsResize(map, image);
    return true;
  } catch {
    return false;
  }
}

/** A map, turned so that it lies on its image. @throws Error with the reason where two ways fit */
export function layOnImage(map: LabelGrid, image: ImageShape): LabelGrid {
  const orientation = orientationBeside(map, image, (size) => isOfShape(size, image));
  if (orientation === (map.orientation ?? 1)) return map;
  return turnLabels(turnLabels(map, undoing(map.orientation ?? 1)), orientation);
}

/** @returns [height, width] of the wanted size; 0 where the image is padded */
export function fitLabels(
  map: LabelGrid,
  image: ImageShape,
  { size, fit }: Pick<ImageOptions, 'size' | 'fit'>,
): Uint16Array {
  const { width, height, aspect = 1 } = image;
  const wide = Math.max(1, Math.round(width * aspect));
  const wanted = extentOf(size);
  const { extract, ...plan } = planFit(wide, height, wanted, fit);
  const [left, across] = extract
    ? [extract.left, extract.width].map((length) => Math.floor((length * width) / wide))
    : [0, width];
  const [top, down] = extract ? [extract.top, extract.height] : [0, height];
  const columns = nearest(plan.width, left!, Math.max(1, across!), width, map.width);
  const rows = nearest(plan.height, top, down, height, map.height);
  const labels = new Uint16Array(plan.width * plan.height);
  let to = 0;
  for (const row of rows) {
    const from = row * map.width;
    for (const column of columns) labels[to++] = map.labels[from + column]!;
  }
  return centreOn(wanted, labels, plan, 1, 0);
}

/** Along one axis: of each of `count` pixels, the pixel of the map under its centre. Whole numbers, so that no centre is rounded. */
function nearest(count: number, start: number, part: number, image: number, map: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) =>
    Math.floor((((2 * i + 1) * part + 2 * count * start) * map) / (2 * count * image)),
  );
}
