/** Pixels as the browser paints them. */
import type { ImageShape } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';

/**
 * @param pixels [C, H, W] as bytes: red, green and blue of three channels; of others the first in gray
 * @param out [H, W, 4]
 */
export function paint(pixels: ArrayLike<number>, [channels, height, width]: ImageShape, out: Uint8ClampedArray): void {
  const plane = height * width;
  if (pixels.length !== channels * plane) {
    refuse('paint the picture', 'its pixels', `${channels * plane} bytes`, pixels.length);
  }
  const green = channels === 3 ? plane : 0;
  for (let i = 0; i < plane; i++) {
    out[4 * i] = pixels[i]!;
    out[4 * i + 1] = pixels[green + i]!;
    out[4 * i + 2] = pixels[2 * green + i]!;
    out[4 * i + 3] = 255;
  }
}
