/**
 * Model images to bytes, and bytes to tiles: pure functions, no codec.
 *
 * Images are float32 [N, C, H, W] in [-1, 1]. C = 1 is gray and 3 RGB; of others the first channel is shown, unless `show` names others. Pixels are uint8 [H, W, C], as in codecs.
 */
import { type ImageShape, MOST_CHANNELS, shownChannels, toByte, toDeepLevel } from '@onnoise/scheduler/model';
import { InputError, integer } from '@onnoise/scheduler/rules';

/** Values of one image: C * H * W. */
export const imageSize = ([channels, height, width]: ImageShape): number => channels * height * width;

/** Uncompressed picture: `data` is [height, width, channels], of 8 or 16 bits. */
export interface Pixels {
  data: Uint8Array | Uint16Array;
  width: number;
  height: number;
  channels: 1 | 3;
}

export interface TileOptions {
  /** Images in a row. Default: the nearest to a square, `ceil(sqrt(N))`. */
  columns?: number;
  /** Every pixel becomes a square of this side, 1 or more. Default: as large as keeps an image within 96 pixels. */
  scale?: number;
  /** Pixels of background around and between images. Default: 2. */
  gap?: number;
  /** The channels to show, from 0: one in gray, or three as red, green and blue. Default: `shownChannels`. */
  show?: readonly number[] | undefined;
  /** Bits of a level, 8 or 16. Default: 8. */
  depth?: 8 | 16 | undefined;
}

const BACKGROUND = 255;
const COMFORTABLE_SIDE = 96;

/**
 * Number of images in a batch.
 * @throws InputError when the shape is not [C, H, W] of whole numbers, or the data is not a whole number of
 * images.
 */
export function countImages(images: Float32Array, shape: ImageShape): number {
  const [channels, height, width] = shape;
  const whole = [height, width].every((side) => Number.isInteger(side) && side > 0);
  if (!integer(1, MOST_CHANNELS).holds(channels) || !whole) {
    throw new InputError(
      `Cannot draw images: shape must be [1 to ${MOST_CHANNELS}, height, width] of whole numbers, received [${shape.join(', ')}].`,
    );
  }
  const count = images.length / imageSize(shape);
  if (count === 0 || !Number.isInteger(count)) {
    throw new InputError(
      `Cannot draw images: values must be a whole number of images of [${shape.join(', ')}], received ${images.length} values.`,
    );
  }
  return count;
}

/** The largest whole factor that keeps an image of this shape within a comfortable size; 28x28 gives 3. */
function defaultScale([, height, width]: ImageShape): number {
  return Math.max(1, Math.floor(COMFORTABLE_SIDE / Math.max(height, width)));
}

/**
 * The layout of a batch in rows, and the size of the picture.
 * @throws InputError for an option that is not a whole number in range.
 */
export function layOut(count: number, [channels, height, width]: ImageShape, options: TileOptions = {}) {
  const columns = wholeOption('columns', options.columns ?? Math.ceil(Math.sqrt(count)), 1);
  const scale = wholeOption('scale', options.scale ?? defaultScale([channels, height, width]), 1);
  const gap = wholeOption('gap', options.gap ?? 2, 0);
  const across = Math.min(columns, count);
  const down = Math.ceil(count / columns);
  return {
    columns,
    scale,
    gap,
    channels: (options.show ?? shownChannels(channels)).length,
    width: across * (width * scale + gap) + gap,
    height: down * (height * scale + gap) + gap,
  };
}

/**
 * Lays a batch out in rows, left to right, top to bottom; empty places are background.
 * @throws InputError for a wrong shape, channels that there are not, or an option that is not a whole number in range.
 */
export function tile(images: Float32Array, shape: ImageShape, options: TileOptions = {}): Pixels {
  const count = countImages(images, shape);
  const [channels, height, width] = shape;
  const { columns, scale, gap, width: sheetWidth, height: sheetHeight } = layOut(count, shape, options);
  const shown = options.show ?? shownChannels(channels);
  if (![1, 3].includes(shown.length) || !shown.every(integer(0, channels - 1).holds)) {
    throw new InputError(
      `Cannot draw images: show must be 1 or 3 channels from 0 to ${channels - 1}, received [${shown.join(', ')}].`,
    );
  }
  const values = sheetHeight * sheetWidth * shown.length;
  const deep = options.depth === 16;
  const data = deep ? new Uint16Array(values).fill(257 * BACKGROUND) : new Uint8Array(values).fill(BACKGROUND);
  const levelOf = deep ? toDeepLevel : toByte;
  for (let n = 0; n < count; n++) {
    const left = gap + (n % columns) * (width * scale + gap);
    const top = gap + Math.floor(n / columns) * (height * scale + gap);
    for (const [c, channel] of shown.entries()) {
      const plane = (n * channels + channel) * height * width;
      for (let y = 0; y < height * scale; y++) {
        const source = plane + Math.floor(y / scale) * width;
        let target = ((top + y) * sheetWidth + left) * shown.length + c;
        for (let x = 0; x < width * scale; x++) {
          data[target] = levelOf(images[source + Math.floor(x / scale)]!);
          target += shown.length;
        }
      }
    }
  }
  return { data, width: sheetWidth, height: sheetHeight, channels: shown.length as 1 | 3 };
}

function wholeOption(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new InputError(`Cannot draw images: ${name} must be a whole number of at least ${least}, received ${value}.`);
}

/** One batch of single images, for `strip`. */
export function joinImages(images: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(images.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const image of images) {
    joined.set(image, offset);
    offset += image.length;
  }
  return joined;
}
