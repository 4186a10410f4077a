/** The symmetries of a rectangle of pixels: mirrored or not, then turned; a square may also lie on its side. */
import type { ImageShape } from '@onnoise/scheduler/model';

/** How an image is laid: first mirrored left to right, then turned clockwise, in degrees. */
export interface Orientation {
  mirrored: boolean;
  turned: 0 | 90 | 180 | 270;
}

/** All eight of a square, or the four of another rectangle. As it is comes first. */
export function orientationsOf([, height, width]: ImageShape): Orientation[] {
  const turns = height === width ? ([0, 90, 180, 270] as const) : ([0, 180] as const);
  return [false, true].flatMap((mirrored) => turns.map((turned) => ({ mirrored, turned })));
}

/** Where each pixel of a plane comes to lie: `places[y * width + x]` is its new place. */
export function newPlaces({ mirrored, turned }: Orientation, [, height, width]: ImageShape): Uint32Array {
  return Uint32Array.from({ length: height * width }, (_, i) => {
    const y = Math.floor(i / width);
    const x = mirrored ? width - 1 - (i % width) : i % width;
    // A quarter turn is of squares alone.
    if (turned === 90) return x * width + (height - 1 - y);
    if (turned === 180) return (height - 1 - y) * width + (width - 1 - x);
    if (turned === 270) return (width - 1 - x) * width + y;
    return y * width + x;
  });
}
