/**
 * Pictures of model images as PNG and animated WebP, encoded by sharp (libvips).
 * The same values give the same bytes on one version of sharp. sharp is loaded on first use: it takes part of a start.
 */
import { InputError } from '@onnoise/scheduler';
import { countImages, type ImageShape, type Pixels, type TileOptions, tile } from './pixels.ts';

export interface AnimationOptions extends TileOptions {
  /** Milliseconds a frame is shown. Default: 60. */
  delay?: number;
  /** Milliseconds the last frame is shown. Default: 1500. */
  hold?: number;
}

/** One image [C, H, W] in [-1, 1] as PNG, pixel for pixel (`scale` enlarges it by nearest neighbour). */
export async function png(image: Float32Array, shape: ImageShape, options: { scale?: number } = {}): Promise<Buffer> {
  if (countImages(image, shape) !== 1) {
    throw new InputError(`Cannot write a PNG: image must be one image of [${shape.join(', ')}], received a batch.`);
  }
  return encodePng(tile(image, shape, { scale: options.scale ?? 1, gap: 0 }));
}

/** A batch [N, C, H, W] in [-1, 1] as one PNG with `columns` images a row (default: nearest to a square). */
export async function sheet(
  images: Float32Array,
  shape: ImageShape,
  columns?: number,
  options: Omit<TileOptions, 'columns'> = {},
): Promise<Buffer> {
  return encodePng(tile(images, shape, columns === undefined ? options : { ...options, columns }));
}

/** A batch [N, C, H, W] in [-1, 1] as one PNG of one row: steps of a denoising, say. */
export async function strip(
  images: Float32Array,
  shape: ImageShape,
  options: Omit<TileOptions, 'columns'> = {},
): Promise<Buffer> {
  return sheet(images, shape, countImages(images, shape), options);
}

/**
 * An animated WebP (lossless, looping) whose frames are batches [N, C, H, W] in [-1, 1], each laid out as a sheet.
 * @throws InputError when there is no frame or the frames differ in size.
 */
export async function animatedWebp(
  frames: readonly Float32Array[],
  shape: ImageShape,
  options: AnimationOptions = {},
): Promise<Buffer> {
  const { delay = 60, hold = 1500, ...layout } = options;
  const first = frames[0];
  if (first === undefined) throw new InputError('Cannot write an animation: frames must be at least 1, received 0.');
  if (frames.some((frame) => frame.length !== first.length)) {
    throw new InputError(
      'Cannot write an animation: frames must hold equally many images, received different lengths.',
    );
  }
  const tiles = frames.map((frame) => tile(frame, shape, layout));
  const { width, height, channels } = tiles[0]!;
  const data = new Uint8Array(tiles.length * height * width * channels);
  tiles.forEach((frame, i) => {
    data.set(frame.data, i * frame.data.length);
  });
  const delays = tiles.map((_, i) => (i === tiles.length - 1 ? hold : delay));
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height: height * tiles.length, channels, pageHeight: height } })
    .webp({ lossless: true, loop: 0, delay: delays, effort: 4 })
    .toBuffer();
}

/** Pixels as PNG; one channel stays one channel. */
async function encodePng({ data, width, height, channels }: Pixels): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const image = sharp(data, { raw: { width, height, channels } });
  return (channels === 1 ? image.toColourspace('b-w') : image)
    .png({ compressionLevel: 9, adaptiveFiltering: false })
    .toBuffer();
}
