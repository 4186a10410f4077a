/** Pictures of the wanted size from decoded pixels of 8 or 16 bits, for sources that sharp does not decode. */
import { extentOf } from '@onnoise/scheduler/model';
import sharp from 'sharp';
import { centreOn, planFit } from './fit.ts';
import type { ImageOptions, Origin } from './types.ts';
import { WHITE } from './window.ts';

export interface RawPicture {
  width: number;
  height: number;
  /** [height, width], gray of 16 bits, or [height, width, 3], RGB of 8. */
  pixels: Uint16Array | Uint8Array;
  /** Width of a pixel over its height. Default 1. */
  aspect?: number;
  /** Whether the file says it in a way that cannot be used. */
  unusable?: boolean;
  /** Millimetres from one row to the next, where the file says so. */
  spacing?: number | undefined;
  /** See `Origin`. */
  place?: Origin['place'];
}

/** Sides of a pixel that differ by less are those of a square: a side of a picture is rounded to whole pixels. */
const ALIKE = 0.02;

/**
 * Brings a picture to [height, width, 1 or 3] bytes, or a gray one to 16 bits if these are asked for. It is resized at its own
 * depth, and then rounded.
 */
export async function fitRaw(
  picture: RawPicture,
  { size, fit, background, depth }: ImageOptions,
): Promise<Uint8Array | Uint16Array> {
  const { width, height, pixels, aspect = 1 } = picture;
  const channels = pixels instanceof Uint16Array ? 1 : 3;
  // As wide as the picture is when its pixels are square.
  const wide = Math.max(1, Math.round(width * aspect));
  const wanted = extentOf(size);
  const { extract, ...plan } = planFit(wide, height, wanted, fit);
  const light = background === 'white';
  const centred = (fitted: Uint8Array | Uint16Array) => {
    if (!(fitted instanceof Uint16Array)) return centreOn(wanted, fitted, plan, channels, light ? 255 : 0);
    if (depth === 16) return centreOn(wanted, fitted, plan, channels, light ? WHITE : 0);
    return centreOn(wanted, toBytes(fitted), plan, channels, light ? 255 : 0);
  };
  if (!extract && plan.width === width && plan.height === height) return centred(pixels);
  let pipeline = sharp(pixels, { raw: { width, height, channels } });
  if (extract) {
    const [left, part] = [extract.left, extract.width].map((length) => Math.floor((length * width) / wide));
    pipeline = pipeline.extract({ ...extract, left: left!, width: Math.max(1, part!) });
  }
  pipeline = pipeline.resize(plan.width, plan.height, { fit: 'fill' });
  if (channels === 3) return centred(await pipeline.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer());
  const resized = await pipeline.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  return centred(new Uint16Array(resized.buffer.slice(resized.byteOffset, resized.byteOffset + resized.length))); // aligned
}

/** Millimetres from one pixel of the fitted picture to the next; undefined where they are not known, or not the same both ways. */
export function fittedSpacing(
  { width, height, aspect = 1, spacing }: RawPicture,
  { size, fit }: Pick<ImageOptions, 'size' | 'fit'>,
): number | undefined {
  if (spacing === undefined) return undefined;
  const wide = Math.max(1, Math.round(width * aspect));
  const wanted = extentOf(size);
  const plan = planFit(wide, height, wanted, fit);
  const down = (plan.extract?.height ?? height) / plan.height;
  const across = (plan.extract?.width ?? wide) / plan.width;
  if (Math.abs(across / down - 1) > ALIKE) return undefined;
  return spacing * (plan.height === wanted.height ? down : across); // of the side that is not rounded
}

/** 0..65535 to 0..255, to the nearest. */
const toBytes = (levels: Uint16Array): Uint8Array => Uint8Array.from(levels, (level) => (level + 128) / 257);
