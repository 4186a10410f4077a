/**
 * Pictures of model images in the usual formats, encoded by sharp (libvips).
 * The same values give the same bytes on one version of sharp. sharp is loaded on first use: loading takes time.
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { Sharp } from 'sharp';
import {
  type AnimationFormat,
  animationFormat,
  checkPictureSize,
  DEEP_FORMATS,
  type PictureFormat,
  pictureFormat,
} from './formats.ts';
import { countImages, type Pixels, type TileOptions, tile } from './pixels.ts';

export interface SheetOptions extends TileOptions {
  /** Default: `png`. */
  format?: PictureFormat | undefined;
  /** Of JPEG and WebP, 1 to 100; WebP loses detail then. Default: 95, and WebP without loss. */
  quality?: number | undefined;
  /** Pixels of the whole picture, which is scaled to that by Lanczos's kernel. Default: as it is. */
  size?: { width: number; height: number } | undefined;
}

export interface AnimationOptions extends TileOptions {
  /** Default: `webp`. */
  format?: AnimationFormat;
  /** Milliseconds per frame. Default: 60. */
  delay?: number;
  /** Milliseconds for the last frame. Default: 1500. */
  hold?: number;
}

/** One image [C, H, W] in [-1, 1] as PNG, pixel for pixel (`scale` enlarges it by nearest neighbour). */
export async function png(
  image: Float32Array,
  shape: ImageShape,
  { scale = 1, depth, show }: Pick<TileOptions, 'scale' | 'depth' | 'show'> = {},
): Promise<Buffer> {
  if (countImages(image, shape) !== 1) {
    throw new InputError(`Cannot write a PNG: image must be one image of [${shape.join(', ')}], received a batch.`);
  }
  return encode(tile(image, shape, { scale, gap: 0, depth, show }));
}

/** A batch [N, C, H, W] in [-1, 1] as one picture with `columns` images per row (default: nearest to a square). */
export async function sheet(
  images: Float32Array,
  shape: ImageShape,
  columns?: number,
  { format, quality, size, ...layout }: Omit<SheetOptions, 'columns'> = {},
): Promise<Buffer> {
  const pixels = tile(images, shape, columns === undefined ? layout : { ...layout, columns });
  return encode(pixels, { format, quality, size });
}

/** A batch [N, C, H, W] in [-1, 1] as one PNG of one row: for example steps of a denoising. */
export async function strip(
  images: Float32Array,
  shape: ImageShape,
  options: Omit<TileOptions, 'columns'> = {},
): Promise<Buffer> {
  return sheet(images, shape, countImages(images, shape), options);
}

/**
 * A looping animation whose frames are batches [N, C, H, W] in [-1, 1], each laid out as a sheet.
 * @throws InputError if there is no frame, or the frames differ in size or take too much memory.
 */
export async function animation(
  frames: readonly Float32Array[],
  shape: ImageShape,
  options: AnimationOptions = {},
): Promise<Buffer> {
  const { format = 'webp', delay = 60, hold = 1500, ...layout } = options;
  const first = frames[0];
  if (first === undefined) throw new InputError('Cannot write an animation: frames must be at least 1, received 0.');
  if (frames.some((frame) => frame.length !== first.length)) {
    throw new InputError(
      'Cannot write an animation: frames must hold equally many images, received different lengths.',
    );
  }
  const { width, height, channels } = tile(first, shape, layout);
  const data = new Uint8Array(checkPictureSize(format, { width, height, channels }, frames.length));
  frames.forEach((frame, i) => {
    data.set(tile(frame, shape, layout).data, i * width * height * channels);
  });
  const delays = frames.map((_, i) => (i === frames.length - 1 ? hold : delay));
  const { default: sharp } = await import('sharp');
  const raw = { width, height: height * frames.length, channels, pageHeight: height };
  return animationFormat(format, delays)
    .encode(sharp(data, { raw, limitInputPixels: false }))
    .toBuffer();
}

/** The same as a WebP. */
export function animatedWebp(
  frames: readonly Float32Array[],
  shape: ImageShape,
  options: Omit<AnimationOptions, 'format'> = {},
): Promise<Buffer> {
  return animation(frames, shape, options);
}

/** Without a colour space of 16 bits sharp would write 8. */
function inSpace(image: Sharp, channels: 1 | 3, deep: boolean): Sharp {
  if (deep) return image.toColourspace(channels === 1 ? 'grey16' : 'rgb16');
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** One channel stays one channel if the format has such pictures. */
async function encode(
  { data, width, height, channels }: Pixels,
  { format = 'png', quality, size }: Pick<SheetOptions, 'format' | 'quality' | 'size'> = {},
): Promise<Buffer> {
  checkPictureSize(format, { width, height, channels, ...size });
  const { default: sharp } = await import('sharp');
  const deep = data instanceof Uint16Array;
  if (deep && !DEEP_FORMATS.includes(format)) {
    throw new InputError(
      `Cannot draw images of 16 bits: the format must be one of ${DEEP_FORMATS.join(', ')}, received ${format}.`,
    );
  }
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (size) image.resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' });
  return pictureFormat(format)
    .encode(inSpace(image, channels, deep), quality)
    .toBuffer();
}
