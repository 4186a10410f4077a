/**
 * Pictures and masks to start from, of pixels as codecs and canvases give them: uint8 RGBA [H, W, 4], as large as the
 * model's. Bytes become values as in training: 0 is -1 and 255 is 1.
 *
 * @throws InputError, here of each function, for pixels that a model's picture cannot have. `name` is the picture's in
 * the sentence.
 */
import { InputError } from '../rules/errors.ts';
import { isGray, toGray } from './colour.ts';
import type { ImageShape } from './pixels.ts';

/** What a picture is for, in the sentences of errors. */
export interface PictureUse {
  action: string;
  /** Those of the model that it is like. */
  pictures: string;
  /** Whether one of another size is resized without being asked, where its proportions are theirs. Default: false. */
  resized?: boolean;
}

export const START_PICTURE: PictureUse = { action: 'start from a picture', pictures: 'the pictures of the model' };
/** Often of low resolution, as those that the network learnt from. */
export const TOLD_PICTURE: PictureUse = {
  action: 'sample images',
  pictures: 'the pictures that the model is told',
  resized: true,
};

const LEVELS = Float32Array.from({ length: 256 }, (_, level) => level / 127.5 - 1);
const OPAQUE = 255;

/**
 * [C, H, W] in [-1, 1]. A gray model takes gray pictures alone, a model with colour both.
 * @param clear whether pixels may be transparent; they keep their colours.
 */
export function pictureOfRgba(
  rgba: Uint8Array | Uint8ClampedArray,
  [channels, height, width]: ImageShape,
  name: string,
  { clear = false, use = START_PICTURE }: { clear?: boolean; use?: PictureUse | undefined } = {},
): Float32Array {
  if (!clear) requireOpaque(rgba, name, use);
  const plane = height * width;
  const rgb = withoutAlpha(rgba);
  if (channels !== 1 && channels !== 3) {
    refuse(name, `cannot be used: ${use.pictures} have ${channels} channels, and a picture is gray or RGB`, use);
  }
  if (channels === 1) {
    if (!isGray(rgb)) refuse(name, `must be gray, as ${use.pictures} are, received one with colour`, use);
    return Float32Array.from(toGray(rgb), (level) => LEVELS[level]!);
  }
  const picture = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) picture[c * plane + i] = LEVELS[rgb[3 * i + c]!]!;
  return picture;
}

/** [H, W] in 0..1 of a gray picture: white, 1, is painted anew, and black, 0, is kept. */
export function maskOfBrightness(rgba: Uint8Array | Uint8ClampedArray, name: string): Float32Array {
  requireOpaque(rgba, name);
  const rgb = withoutAlpha(rgba);
  if (!isGray(rgb)) {
    refuse(name, 'must be gray, white to paint anew and black to keep, received one with colour');
  }
  return Float32Array.from(toGray(rgb), (level) => level / 255);
}

/** [H, W] in 0..1 of a picture's transparency: what is clear, 1, is painted anew; undefined where nothing is. */
export function maskOfTransparency(rgba: Uint8Array | Uint8ClampedArray): Float32Array | undefined {
  const mask = Float32Array.from({ length: rgba.length / 4 }, (_, i) => 1 - rgba[4 * i + 3]! / 255);
  return mask.some((value) => value > 0) ? mask : undefined;
}

/** [n, 4] to [n, 3]. */
const withoutAlpha = (rgba: Uint8Array | Uint8ClampedArray) =>
  Uint8Array.from({ length: (rgba.length / 4) * 3 }, (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]!);

function requireOpaque(rgba: Uint8Array | Uint8ClampedArray, name: string, use = START_PICTURE): void {
  for (let i = 3; i < rgba.length; i += 4) {
    if (rgba[i] !== OPAQUE) refuse(name, 'must be opaque, received one with transparent pixels', use);
  }
}

function refuse(name: string, complaint: string, { action } = START_PICTURE): never {
  throw new InputError(`Cannot ${action}: ${name} ${complaint}.`);
}
