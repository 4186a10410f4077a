/**
 * The formats of pictures, by file extension. All but JPEG and GIF (256 colours) are lossless.
 */
import { InputError } from '@onnoise/scheduler/rules';
import type { Sharp } from 'sharp';

interface Format {
  name: string;
  /** Largest width and height, in pixels. */
  side: number;
  /** @param quality 1 to 100, of JPEG and WebP */
  encode: (image: Sharp, quality?: number) => Sharp;
}

/** Loops for ever; how long each frame is shown, in milliseconds. */
interface Motion {
  delay: number[];
  loop: 0;
}

const png: Format = {
  name: 'PNG',
  side: 2 ** 31 - 1,
  encode: (image) => image.png({ compressionLevel: 9, adaptiveFiltering: false }),
};
const jpeg: Format = {
  name: 'JPEG',
  side: 65_535,
  encode: (image, quality = 95) => image.jpeg({ quality, chromaSubsampling: '4:4:4' }),
};
const tiff: Format = {
  name: 'TIFF',
  side: 2 ** 31 - 1,
  encode: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
};
const webp = (motion?: Motion): Format => ({
  name: 'WebP',
  side: 16_383,
  encode: (image, quality) =>
    image.webp({ ...(quality === undefined ? { lossless: true } : { quality }), effort: 4, ...motion }),
});
const gif = (motion?: Motion): Format => ({
  name: 'GIF',
  side: 65_535,
  // Dithering would put dots on even areas, and make the frames of an animation flicker.
  encode: (image) => image.gif({ dither: 0, ...motion }),
});
const avif: Format = { name: 'AVIF', side: 16_384, encode: (image) => image.avif({ lossless: true }) };

const pictures = { png, jpg: jpeg, jpeg, webp: webp(), avif, tiff, tif: tiff, gif: gif() };
const animations = { webp, gif };

export type PictureFormat = keyof typeof pictures;
export type AnimationFormat = keyof typeof animations;

export const PICTURE_FORMATS = Object.keys(pictures) as PictureFormat[];
export const ANIMATION_FORMATS = Object.keys(animations) as AnimationFormat[];

/** Those with levels of 16 bits. */
export const DEEP_FORMATS: readonly PictureFormat[] = ['png', 'tiff', 'tif'];

/** Most bytes of a picture before it is encoded, and of an animation. */
const MOST_BYTES = 2 ** 30;

export const pictureFormat = (format: PictureFormat): Format => pictures[format];
export const animationFormat = (format: AnimationFormat, delay: number[]): Format =>
  animations[format]({ delay, loop: 0 });

/** The bytes of a picture before it is encoded. @throws InputError for a picture that the format, or memory, cannot hold. */
export function checkPictureSize(
  format: PictureFormat,
  { width, height, channels }: { width: number; height: number; channels: number },
  frames = 1,
): number {
  const { name, side } = pictures[format];
  const refuse = (rule: string): never => {
    throw new InputError(`Cannot draw images as ${name}: ${rule}.`);
  };
  if (width > side || height > side) {
    refuse(`the sheet must be at most ${side} pixels wide and high, received ${width} x ${height}`);
  }
  const bytes = width * height * channels * frames;
  if (bytes > MOST_BYTES) {
    const what = frames === 1 ? 'the sheet' : `the ${frames} frames`;
    refuse(`${what} must take at most 1 GiB, received ${(bytes / MOST_BYTES).toFixed(1)} GiB`);
  }
  return bytes;
}
