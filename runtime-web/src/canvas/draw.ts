/** A picture on a canvas of the page. */
import { type ImageShape, toBytes } from '@onnoise/scheduler/model';
import { check, integer } from '@onnoise/scheduler/rules';
import { paint } from './paint.ts';

export interface Pictures {
  /** [N, C, H, W]: values in [-1, 1], or bytes as the frames of a worker have them. */
  images: Float32Array | Uint8ClampedArray;
  /** [C, H, W] */
  shape: ImageShape;
}

/**
 * Draws one of the pictures, and makes the canvas as large as it is. CSS makes it larger: `image-rendering: pixelated`.
 * @param index of the picture, from 0
 * @throws InputError for a picture that there is not
 */
export function drawPicture(canvas: HTMLCanvasElement, { images, shape }: Pictures, index = 0): void {
  const [channels, height, width] = shape;
  const size = channels * height * width;
  check('draw the picture', 'index', integer(0, images.length / size - 1), index);
  const values = images.subarray(index * size, (index + 1) * size);
  const image = new ImageData(width, height);
  paint(values instanceof Float32Array ? toBytes(values) : values, shape, image.data);
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
