/**
 * Decodes the picture or the mask that sampling starts from, with sharp. Everything that can be told by its head is
 * checked before a pixel is decoded: a small file may hold a huge picture.
 */
import {
  type ImageShape,
  maskOfBrightness,
  maskOfTransparency,
  type PictureUse,
  pictureOfRgba,
  START_PICTURE,
} from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

export const FITS = ['crop', 'pad', 'stretch'] as const;

/** `crop` keeps the middle and `pad` the whole picture on black, both in proportion; `stretch` changes that. */
export type Fit = (typeof FITS)[number];

export interface PictureFile {
  bytes: Uint8Array;
  /** For sentences. */
  name: string;
  /** How a picture of another size becomes one of the model's; undefined: it is refused. */
  fit?: Fit | undefined;
  /** For sentences. Default: what sampling starts from. */
  use?: PictureUse | undefined;
}

const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'];
const SHARP_FITS = { crop: 'cover', pad: 'contain', stretch: 'fill' } as const;
/** Most pixels of a picture that is made to fit. */
const MOST_PIXELS = 100_000_000;

/** [C, H, W] in [-1, 1]. @throws InputError for a file that is no picture, or not one that the model could have made. */
export async function readPicture(file: PictureFile, shape: ImageShape): Promise<Float32Array> {
  return pictureOfRgba(await decode(file, shape), shape, file.name, { use: file.use });
}

/** [H, W] in 0..1: white, 1, is painted anew and black, 0, is kept. @throws InputError, as `readPicture`. */
export async function readMask(file: PictureFile, shape: ImageShape): Promise<Float32Array> {
  return maskOfBrightness(await decode(file, shape), file.name);
}

/**
 * A picture and what its transparent pixels ask for, as OpenAI's images API has it: to be painted anew.
 * @returns mask: undefined where all of it is opaque.
 */
export async function readClearPicture(
  file: PictureFile,
  shape: ImageShape,
): Promise<{ picture: Float32Array; mask: Float32Array | undefined }> {
  const rgba = await decode(file, shape);
  return { picture: pictureOfRgba(rgba, shape, file.name, { clear: true }), mask: maskOfTransparency(rgba) };
}

/** The transparency of a mask, as OpenAI's images API has it. @throws InputError also for one that is all opaque. */
export async function readClearMask(file: PictureFile, shape: ImageShape): Promise<Float32Array> {
  const mask = maskOfTransparency(await decode(file, shape));
  return mask ?? refuse(file, 'must have transparent pixels, which are painted anew, received none');
}

/** uint8 RGBA [H, W, 4] of the model's size. */
async function decode(file: PictureFile, [, height, width]: ImageShape): Promise<Uint8Array> {
  const { bytes, use = START_PICTURE } = file;
  const { default: sharp } = await import('sharp');
  if (bytes.length === 0) refuse(file, 'must be a picture, received an empty file');
  const open = () => sharp(bytes, { failOn: 'error', limitInputPixels: false });
  const head = await open()
    .metadata()
    .catch(() => undefined);
  const format = head?.format === 'heif' && head.compression === 'av1' ? 'avif' : head?.format;
  if (head === undefined || !FORMATS.includes(format!)) {
    const received = head === undefined ? 'bytes that are not a picture' : `one in ${head.format}`;
    refuse(file, `must be a picture in ${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}, received ${received}`);
  }
  if ((head.pages ?? 1) > 1) refuse(file, `must be one picture, received ${head.pages} in one file`);
  if (head.depth !== 'uchar') refuse(file, `must have 8 bits a channel, received ${BITS[head.depth] ?? head.depth}`);
  const { width: across, height: down } = head.autoOrient;
  const fits = across === width && down === height;
  const inProportion = use.resized && across * height === down * width;
  const fit = file.fit ?? (inProportion ? 'stretch' : undefined);
  if (!fits && fit === undefined) {
    refuse(file, `must be ${width} x ${height} pixels, as ${use.pictures} are, received ${across} x ${down}`);
  }
  if (across * down > MOST_PIXELS) {
    refuse(file, `must have at most ${MOST_PIXELS / 1e6} million pixels, received ${across} x ${down}`);
  }
  if (format === 'png' && !hasPngEnd(bytes)) refuse(file, 'must be complete, received a PNG file without its end');
  let image = open().autoOrient();
  if (!fits) image = image.resize(width, height, { fit: SHARP_FITS[fit!], background: '#000' });
  const { data, info } = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(() => refuse(file, 'must be complete, received a file that cannot be decoded to its end'));
  if (info.channels !== 4) throw new Error(`sharp decoded ${info.channels} channels, not 4`);
  return data;
}

const BITS: Readonly<Record<string, number>> = { ushort: 16, short: 16, uint: 32, int: 32, float: 32, double: 64 };

/** libpng does not miss the end of a file whose last row is there. */
const hasPngEnd = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('IEND');

function refuse({ name, use = START_PICTURE }: PictureFile, complaint: string): never {
  throw new InputError(`Cannot ${use.action}: ${name} ${complaint}.`);
}
