/** Squares from decoded pixels of 8 or 16 bits, for sources that sharp does not decode. */
import sharp from 'sharp';
import { centreOnSquare, planSquare } from './square.ts';
import type { ImageOptions } from './types.ts';

export interface RawPicture {
  width: number;
  height: number;
  /** [height, width], gray of 16 bits, or [height, width, 3], RGB of 8. */
  pixels: Uint16Array | Uint8Array;
  /** Width of a pixel over its height. Default 1. */
  aspect?: number;
  /** Whether the file says it in a way that cannot be used. */
  unusable?: boolean;
}

/** Brings a picture to [size, size, 1 or 3] bytes. It is resized at its own depth, and then rounded. */
export async function rawToSquare(picture: RawPicture, { size, fit, background }: ImageOptions): Promise<Uint8Array> {
  const { width, height, pixels, aspect = 1 } = picture;
  const gray = pixels instanceof Uint16Array;
  const channels = gray ? 1 : 3;
  // As wide as the picture is when its pixels are square.
  const wide = Math.max(1, Math.round(width * aspect));
  const { extract, ...plan } = planSquare(wide, height, size, fit);
  const level = background === 'white' ? 255 : 0;
  const onSquare = (bytes: Uint8Array) => centreOnSquare(bytes, plan.width, plan.height, channels, size, level);
  if (!extract && plan.width === width && plan.height === height) return onSquare(gray ? toBytes(pixels) : pixels);
  let pipeline = sharp(pixels, { raw: { width, height, channels } });
  if (extract) {
    const [left, part] = [extract.left, extract.width].map((length) => Math.floor((length * width) / wide));
    pipeline = pipeline.extract({ ...extract, left: left!, width: Math.max(1, part!) });
  }
  pipeline = pipeline.resize(plan.width, plan.height, { fit: 'fill' });
  if (!gray) return onSquare(await pipeline.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer());
  const resized = await pipeline.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  const levels = resized.buffer.slice(resized.byteOffset, resized.byteOffset + resized.length); // aligned
  return onSquare(toBytes(new Uint16Array(levels)));
}

/** 0..65535 to 0..255, to the nearest. */
const toBytes = (levels: Uint16Array): Uint8Array => Uint8Array.from(levels, (level) => (level + 128) / 257);
