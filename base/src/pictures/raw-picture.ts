/** Pictures of the wanted size from decoded pixels of 8 or 16 bits, for sources that sharp does not decode. */
import { extentOf } from '@onnoise/scheduler/model';
import sharp from 'sharp';
import { centreOn, planFit } from './fit.ts';
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

/** Brings a picture to [height, width, 1 or 3] bytes. It is resized at its own depth, and then rounded. */
export async function fitRaw(picture: RawPicture, { size, fit, background }: ImageOptions): Promise<Uint8Array> {
  const { width, height, pixels, aspect = 1 } = picture;
  const gray = pixels instanceof Uint16Array;
  const channels = gray ? 1 : 3;
  // As wide as the picture is when its pixels are square.
  const wide = Math.max(1, Math.round(width * aspect));
  const wanted = extentOf(size);
  const { extract, ...plan } = planFit(wide, height, wanted, fit);
  const level = background === 'white' ? 255 : 0;
  const centred = (bytes: Uint8Array) => centreOn(wanted, bytes, plan, channels, level);
  if (!extract && plan.width === width && plan.height === height) return centred(gray ? toBytes(pixels) : pixels);
  let pipeline = sharp(pixels, { raw: { width, height, channels } });
  if (extract) {
    const [left, part] = [extract.left, extract.width].map((length) => Math.floor((length * width) / wide));
    pipeline = pipeline.extract({ ...extract, left: left!, width: Math.max(1, part!) });
  }
  pipeline = pipeline.resize(plan.width, plan.height, { fit: 'fill' });
  if (!gray) return centred(await pipeline.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer());
  const resized = await pipeline.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  const levels = resized.buffer.slice(resized.byteOffset, resized.byteOffset + resized.length); // aligned
  return centred(toBytes(new Uint16Array(levels)));
}

/** 0..65535 to 0..255, to the nearest. */
const toBytes = (levels: Uint16Array): Uint8Array => Uint8Array.from(levels, (level) => (level + 128) / 257);
