/**
 * Ink colours (CMYK) without a profile. How much light an ink lets through is then anybody's guess; the plain formula
 * R = (1 - C)(1 - K) is what Chromium and Pillow take. libvips would take a profile of its own, which makes (20, 230, 20)
 * (0, 137, 59). With a profile in the file, decode.ts follows that.
 *
 * libvips has undone Adobe's inversion of JPEG: 0 is no ink.
 */
import type { Metadata, Sharp } from 'sharp';
import { fitRaw } from './raw-picture.ts';
import type { ImageOptions } from './types.ts';

export const hasPlainInks = ({ space, icc }: Pick<Metadata, 'space' | 'icc'>): boolean =>
  space === 'cmyk' && icc === undefined;

/** @returns [height, width, 3] */
export async function readInks(
  input: Sharp,
  { depth }: Pick<Metadata, 'depth'>,
  options: ImageOptions,
): Promise<{ pixels: Uint8Array | Uint16Array; transparent: boolean }> {
  const pipeline = input.pipelineColourspace('cmyk').toColourspace('cmyk').raw({ depth });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const most = depth === 'ushort' ? 65_535 : 255;
  const own = data.buffer.slice(data.byteOffset, data.byteOffset + data.length); // aligned
  const inks = depth === 'ushort' ? new Uint16Array(own) : new Uint8Array(own);
  const behind = options.background === 'white' ? 255 : 0;
  const pixels = new Uint8Array(3 * width * height);
  let transparent = false;
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 3) {
    const opaque = channels > 4 ? inks[from + 4]! / most : 1;
    if (opaque < 1) transparent = true;
    const light = (255 * (1 - inks[from + 3]! / most) * opaque) / most;
    for (let c = 0; c < 3; c++) pixels[to + c] = Math.round((most - inks[from + c]!) * light + behind * (1 - opaque));
  }
  return { pixels: await fitRaw({ width, height, pixels }, options), transparent };
}
