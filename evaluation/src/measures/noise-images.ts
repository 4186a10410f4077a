/** The easy anchor: pictures of noise alone, which every model should beat. */
import { gaussian } from '@onnoise/scheduler';
import { type ImageShape, toByte } from '@onnoise/scheduler/model';
import type { ImageSet } from '../sets/types.ts';

const STREAM = 0x6e6f6973;

/**
 * Unit normal noise, which is what sampling starts from, clipped to the range of pictures.
 *
 * @param labels the classes that the noise is taken to be asked for, [count]
 */
export function noiseImages(shape: ImageShape, count: number, seed: number, labels?: Int32Array): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Uint8Array(count * size);
  const noise = new Float32Array(size);
  for (let image = 0; image < count; image++) {
    gaussian(seed, image * size, noise, STREAM);
    for (let i = 0; i < size; i++) pixels[image * size + i] = toByte(noise[i]!);
  }
  return { shape, count, pixels, labels };
}
