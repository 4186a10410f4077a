/**
 * Pictures as the views take them: [C, H, W], float32 in [-1, 1]. No DOM here: the readers of files and
 * cameras hand over RGBA bytes.
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { fromBytes } from './pixels.ts';

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
  const shape: ImageShape = [gray ? 1 : 3, size, size];
  return { name, shape, x0: fitPicture(image, shape) };
}

/** The same for any shape: the largest part in the middle that has its proportions, [C, H, W] in [-1, 1]. */
export function fitPicture(image: Rgba, [channels, height, width]: ImageShape): Float32Array<ArrayBuffer> {
  const { data } = image;
  const part = middlePart(image, width / height);
  const across = coverage(part.width, width);
  const down = coverage(part.height, height);
  const plane = height * width;
  const rgb = new Float64Array(3 * plane);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [dy, wy] of down[y]!) {
        for (const [dx, wx] of across[x]!) {
          const at = ((part.y + dy) * image.width + part.x + dx) * 4;
          const share = data[at + 3]! / 255;
          for (let c = 0; c < 3; c++) {
            rgb[c * plane + y * width + x]! += wy * wx * (data[at + c]! * share + 255 * (1 - share));
          }
        }
      }
    }
  }
  if (channels === 3) return fromBytes(rgb);
  const luma = (i: number) => 0.299 * rgb[i]! + 0.587 * rgb[plane + i]! + 0.114 * rgb[2 * plane + i]!;
  return fromBytes(Float64Array.from({ length: plane }, (_, i) => luma(i)));
}

/** The largest part in the middle whose width is `ratio` times its height, in pixels. */
function middlePart({ width, height }: Pick<Rgba, 'width' | 'height'>, ratio: number) {
  const across = Math.max(1, Math.min(width, Math.round(height * ratio)));
  const down = Math.max(1, Math.min(height, Math.round(width / ratio)));
  return { x: Math.floor((width - across) / 2), y: Math.floor((height - down) / 2), width: across, height: down };
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
