/** Which parts of a training image a picture may hold, and where the search looks for them. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { Rectangle } from './plane.ts';

/** A picture may be a crop of an image, enlarged, or one half of it may be that half of an image, beside something else. */
export const PARTS = ['crop', 'left', 'right', 'top', 'bottom'] as const;
export type PartName = (typeof PARTS)[number];

/** Sides of crops that are tried, as shares of the image's: each stands for those up to a tenth smaller or larger. */
const SIDES = [0.54, 0.64, 0.75, 0.88];
/** Places of crops are no further apart than this share of their side. */
const STEP = 1 / 9;
/** Smaller images have too few pixels in a crop. */
const LEAST_SIDE = 16;

/** Whether images of this shape are large enough for the search. */
export const hasParts = ([, height, width]: ImageShape): boolean => Math.min(height, width) >= LEAST_SIDE;

/** The crops of an image that are compared first. */
export function cropsOf([, height, width]: ImageShape): Rectangle[] {
  return SIDES.flatMap((side) => {
    const gaps = Math.ceil((1 - side) / (side * STEP));
    const places = Array.from({ length: gaps + 1 }, (_, i) => (i * (1 - side)) / gaps);
    return places.flatMap((y) =>
      places.map((x) => ({ left: x * width, top: y * height, width: side * width, height: side * height })),
    );
  });
}

/** The part of a picture that a part of an image lies on: all of it for a crop. */
export function partOf(name: PartName, [, height, width]: ImageShape): Rectangle {
  const [wide, tall] = [name === 'left' || name === 'right', name === 'top' || name === 'bottom'];
  return {
    left: name === 'right' ? width / 2 : 0,
    top: name === 'bottom' ? height / 2 : 0,
    width: wide ? width / 2 : width,
    height: tall ? height / 2 : height,
  };
}
