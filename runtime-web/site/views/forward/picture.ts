/**
 * Pictures as the forward process takes them: square, [C, H, W], float32 in [-1, 1]. No DOM here: the readers of files
 * and cameras hand over RGBA bytes.
 */
import { type ImageShape, InputError } from '@onnoise/scheduler';
import { fromBytes } from '../../state/pixels.ts';

export interface Picture {
  /** For screen readers: "digit 7", "your picture". */
  name: string;
  shape: ImageShape;
  /** [C, H, W] in [-1, 1] */
  x0: Float32Array;
}

/** Size of the visitor's own pictures, as in the tutorial. */
export const OWN_SIZE = 64;

export interface Rgba {
  /** [H, W, 4] */
  data: ArrayLike<number>;
  width: number;
  height: number;
}

/** One of the real digits: gray bytes, one after the other. */
export function digitPicture(bytes: Uint8Array, index: number, width: number, height: number, name: string): Picture {
  const size = width * height;
  const own = bytes.subarray(index * size, (index + 1) * size);
  if (own.length !== size) {
    throw new InputError(
      `Cannot read digit ${index}: the file must hold ${(index + 1) * size} bytes, received ${bytes.length}.`,
    );
  }
  return { name, shape: [1, height, width], x0: fromBytes(own) };
}

/**
 * The middle square of a picture, averaged down to size x size (each new pixel is the mean of the area it covers) and laid
 * on white where it is transparent.
 *
 * @param gray one channel of luma (ITU-R BT.601), else three
 */
export function squarePicture(image: Rgba, gray: boolean, name: string, size = OWN_SIZE): Picture {
  const { data, width } = image;
  const square = middleSquare(image.width, image.height);
  const across = coverage(square.side, size);
  const plane = size * size;
  const rgb = new Float64Array(3 * plane);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (const [dy, wy] of across[y]!) {
        for (const [dx, wx] of across[x]!) {
          const at = ((square.y + dy) * width + square.x + dx) * 4;
          const share = data[at + 3]! / 255;
          for (let c = 0; c < 3; c++) {
            rgb[c * plane + y * size + x]! += wy * wx * (data[at + c]! * share + 255 * (1 - share));
          }
        }
      }
    }
  }
  if (!gray) return { name, shape: [3, size, size], x0: fromBytes(rgb) };
  const luma = (i: number) => 0.299 * rgb[i]! + 0.587 * rgb[plane + i]! + 0.114 * rgb[2 * plane + i]!;
  return { name, shape: [1, size, size], x0: fromBytes(Float64Array.from({ length: plane }, (_, i) => luma(i))) };
}

/** The largest square in the middle, in pixels. */
export function middleSquare(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height);
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), side };
}

/** For each of `to` cells laid over `from` pixels: the pixels it covers, with weights that sum to 1. */
function coverage(from: number, to: number): [pixel: number, weight: number][][] {
  const width = from / to;
  return Array.from({ length: to }, (_, i) => {
    const start = i * width;
    const end = Math.min((i + 1) * width, from);
    const pixels: [number, number][] = [];
    for (let p = Math.floor(start); p < Math.min(Math.ceil(end), from); p++) {
      pixels.push([p, (Math.min(p + 1, end) - Math.max(p, start)) / (end - start)]);
    }
    return pixels;
  });
}
