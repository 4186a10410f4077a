/**
 * One image file to a square of uint8 RGB, with sharp.
 *
 * - EXIF orientation is applied, ICC profiles and CMYK are converted to sRGB, the first frame of an animation is taken.
 * - Transparency is flattened on `background`.
 * - 16 bits a channel become 8 by dropping the low byte: 0..65535 -> 0..255, over the full range of the format.
 * - A whole picture is always decoded, also the part that a crop cuts away, so that a truncated file is noticed.
 * - More than `MAX_PIXELS` is refused: one such picture may need 6 bytes a pixel (progressive JPEG, interlaced PNG).
 */
import sharp from 'sharp';
import { weightGate } from './ordered-map.ts';
import { hasPngEnd } from './png-end.ts';
import { centreOnSquare, planSquare } from './square.ts';
import type { ImageOptions } from './types.ts';

/** Pixels of the largest picture that is read, and of all pictures being decoded at one time. */
export const MAX_PIXELS = 100_000_000;

const decoding = weightGate(MAX_PIXELS);

/** Fails on pixels that are missing or wrong, but not on harmless oddities such as unknown TIFF tags. */
const READ = { failOn: 'error', limitInputPixels: false, sequentialRead: true } as const;

/** Sets sharp up for many small jobs: no cache of files or results, one thread a picture. */
export function configureSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

interface DecodedImage {
  /** [size, size, 3] */
  pixels: Uint8Array;
  /** Whether the file holds 16 bits a channel. */
  deep: boolean;
}

/**
 * Decodes the file at `path`. Throws an Error whose message is the reason why the picture cannot be used.
 *
 * libvips keeps one list of messages for all threads, so what a failure says may be another picture's. A picture that
 * failed is tried once more with nothing beside it.
 */
export async function decodeImage(path: string, options: ImageOptions): Promise<DecodedImage> {
  try {
    return await decodeOnce(path, options, decoding);
  } catch {
    try {
      return await decoding(MAX_PIXELS, () => decodeOnce(path, options, (_, work) => work()));
    } catch (error) {
      throw new Error(reasonOf(error, path));
    }
  }
}

async function decodeOnce(
  path: string,
  { size, fit, background }: ImageOptions,
  gate: typeof decoding,
): Promise<DecodedImage> {
  const input = sharp(path, READ);
  const { autoOrient, hasAlpha, depth, format } = await gate(1, () => input.metadata());
  const { width, height } = autoOrient;
  if (width * height > MAX_PIXELS) {
    throw new Error(`${width} x ${height} pixels are more than the limit of ${MAX_PIXELS / 1e6} million`);
  }
  if (format === 'png' && !(await hasPngEnd(path))) throw new Error('truncated: the PNG file has no end');
  const plan = planSquare(width, height, size, fit);
  let pipeline = input.autoOrient();
  if (plan.extract) pipeline = pipeline.extract(plan.extract);
  if (hasAlpha) pipeline = pipeline.flatten({ background });
  pipeline = pipeline.resize(plan.width, plan.height, { fit: 'fill' }).toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await gate(width * height, () => pipeline.toBuffer({ resolveWithObject: true }));
  if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels, not 3`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return {
    pixels: centreOnSquare(pixels, info.width, info.height, 3, size, background === 'white' ? 255 : 0),
    deep: depth === 'ushort',
  };
}

/** The first line of a decoder's message, without the path. */
function reasonOf(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n').find((text) => text.trim() !== '') ?? '';
  const reason = line.replaceAll(`${path}: `, '').replaceAll(path, 'the file').trim();
  return reason === '' || reason === 'Unknown error' ? 'broken or truncated (its decoder does not say more)' : reason;
}
