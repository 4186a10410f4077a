/**
 * Pictures whose channels are all kept, where more or other than gray or RGB are asked for: how opaque pixels are, TIFF
 * of many samples a pixel, levels or measurements, and colours of 16 bits. Each channel is brought to size by itself, at 16 bits.
 *
 * Colours count as far as a pixel is opaque while a picture is resized: those of clear pixels, which nobody sees, would show
 * at its edges. Pixels that are clear in the result have the colour of the background, and a border is clear.
 */
import { extentOf, isGray, toGray } from '@onnoise/scheduler/model';
import type { Metadata, Sharp } from 'sharp';
import { planFit } from './fit.ts';
import { isMeasured, readMeasuredPlanes } from './measured.ts';
import { joinPlanes } from './planes.ts';
import { fitRaw } from './raw-picture.ts';
import type { Depth, ImageOptions, Picture } from './types.ts';
import { extremes, fullRange, levelOf, WHITE, type WindowChoice, within } from './window.ts';

/** Whether so many channels are kept as they are in a file. Gray, and RGB of 8 bits, have ways of their own. */
export const keepsSamples = (channels = 1, depth: Depth = 8): boolean =>
  channels === 2 || channels > 3 || (channels === 3 && depth === 16);

export interface SamplesOptions {
  /** Whether the file's channels are gray or RGB, and how opaque it is. Others are numbers without a meaning. */
  colours: boolean;
  window: WindowChoice;
}

type Planes = { width: number; height: number; planes: Uint16Array[] };

/** @returns [channels, height, width] @throws Error with the reason why it cannot be used */
export async function readSamples(
  input: Sharp,
  metadata: Metadata,
  { colours, window }: SamplesOptions,
  options: ImageOptions,
): Promise<Pick<Picture, 'pixels' | 'alpha' | 'transparent' | 'windowed' | 'measured' | 'infinite'>> {
  const wanted = options.channels!;
  const { space, depth, channels, hasAlpha } = metadata;
  if (isMeasured(metadata) && !colours) {
    requireChannels(channels, wanted);
    const { infinite, ...planes } = await readMeasuredPlanes(input, metadata, window);
    return { pixels: await fitEach(planes, options), windowed: true, measured: true, infinite };
  }
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(
      `its pixels are ${channels} numbers each (${depth}), not levels of 8 or 16 bits: save it with those`,
    );
  if (!['b-w', 'srgb', 'grey16', 'rgb16'].includes(space))
    throw new Error(
      `its colours (${space}) are neither gray nor RGB, and its ${channels} channels have no other meaning`,
    );
  const read = await planesOf(input, metadata);
  const windowed = window !== 'dicom' && depth === 'ushort';
  if (colours && wanted === 3) {
    const { transparent, ...flat } = flatten(withAlpha(read, 4, hasAlpha), options);
    if (windowed) applyWindow(flat.planes, window);
    return { pixels: await fitEach(flat, options), windowed, transparent };
  }
  const shown = colours ? withAlpha(read, wanted, hasAlpha) : read;
  requireChannels(shown.planes.length, wanted);
  if (windowed) applyWindow(colours ? shown.planes.slice(0, -1) : shown.planes, window);
  const pixels = colours ? await fitClear(shown, options) : await fitEach(shown, options);
  return { pixels, windowed, ...(colours && { alpha: hasAlpha ? 'kept' : 'opaque' }) };
}

function requireChannels(found: number, wanted: number): void {
  if (found === wanted) return;
  const words = found === 1 ? '1 channel' : `${found} channels`;
  throw new Error(`it has ${words}, and --channels ${wanted} asks for ${wanted}`);
}

/** At 16 bits; those of 8 get 257 times their levels. */
async function planesOf(input: Sharp, { space, depth, channels }: Metadata): Promise<Planes> {
  const deep = depth === 'ushort';
  // sharp makes three channels of a gray one, before the others; at 16 bits it can be told not to.
  const pipeline = input.toColourspace(deep ? space : 'srgb').raw({ depth });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const own = data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer; // aligned
  const values = deep ? new Uint16Array(own) : new Uint8Array(own);
  const more = info.channels - channels;
  if (more !== (space === 'b-w' ? 2 : 0)) throw new Error(`decoded to ${info.channels} channels, not ${channels}`);
  const { width, height } = info;
  const planes = Array.from({ length: channels }, (_, channel) => {
    const from = channel === 0 ? 0 : channel + more;
    return Uint16Array.from({ length: width * height }, (_, i) => values[i * info.channels + from]! * (deep ? 1 : 257));
  });
  return { width, height, planes };
}

/** Gray or RGB as it is asked for, and how opaque it is. */
function withAlpha({ planes, ...size }: Planes, wanted: number, hasAlpha: boolean): Planes {
  if (wanted !== 2 && wanted !== 4) return { planes, ...size };
  const colours = hasAlpha ? planes.slice(0, -1) : planes;
  const alpha = hasAlpha ? planes.at(-1)! : new Uint16Array(planes[0]!.length).fill(WHITE);
  const [first] = colours as [Uint16Array];
  if (wanted === 4) return { ...size, planes: [...(colours.length === 1 ? [first, first, first] : colours), alpha] };
  return { ...size, planes: [colours.length === 1 ? first : grayOf(colours), alpha] };
}

/** Colours over the background, without how opaque they are. */
function flatten({ planes, ...size }: Planes, { background }: ImageOptions): Planes & { transparent: boolean } {
  const behind = background === 'white' ? WHITE : 0;
  const alpha = planes.at(-1)!;
  const transparent = alpha.some((level) => level < WHITE);
  const over = (plane: Uint16Array) =>
    plane.map((level, i) => Math.round((level * alpha[i]! + behind * (WHITE - alpha[i]!)) / WHITE));
  const colours = planes.slice(0, -1);
  return { ...size, planes: transparent ? colours.map(over) : colours, transparent };
}

/** @throws Error for what has colour */
function grayOf(colours: readonly Uint16Array[]): Uint16Array {
  const [red] = colours as [Uint16Array];
  const bytes = Uint8Array.from(
    { length: 3 * red.length },
    (_, i) => (colours[i % 3]![Math.floor(i / 3)]! + 128) / 257,
  );
  if (!isGray(bytes)) throw new Error('it has colour, which --channels 4 keeps');
  return Uint16Array.from(toGray(bytes), (level) => 257 * level);
}

/** One range for all of them. */
function applyWindow(planes: readonly Uint16Array[], window: Exclude<WindowChoice, 'dicom'>): void {
  const size = planes[0]!.length;
  const all = () => extremes((i) => planes[Math.floor(i / size)]![i % size]!, planes.length * size);
  const share = window === 'auto' ? fullRange(...all()) : within(window);
  for (const plane of new Set(planes)) for (const [i, level] of plane.entries()) plane[i] = levelOf(share(level));
}

async function fitEach({ width, height, planes }: Planes, options: ImageOptions): Promise<Picture['pixels']> {
  const fitted = planes.map((pixels) => fitRaw({ width, height, pixels }, options));
  return joinPlanes(await Promise.all(fitted), options.depth);
}

async function fitClear({ width, height, planes }: Planes, options: ImageOptions): Promise<Picture['pixels']> {
  const colours = planes.slice(0, -1);
  const alpha = planes.at(-1)!;
  const behind = options.background === 'white' ? WHITE : 0;
  const black = { ...options, depth: 16 as const, background: 'black' as const };
  const plan = planFit(width, height, extentOf(options.size), options.fit);
  const resized = plan.extract !== undefined || plan.width !== width || plan.height !== height;
  const fit = async (pixels: Uint16Array, how: ImageOptions) =>
    (await fitRaw({ width, height, pixels }, how)) as Uint16Array;
  const opaque = await fit(alpha, black);
  const fitted = await Promise.all(
    colours.map(async (plane) => {
      if (!resized) return fit(plane, { ...options, depth: 16 });
      const seen = plane.map((level, i) => Math.round((level * alpha[i]!) / WHITE));
      const weighed = await fit(seen, black);
      return weighed.map((level, i) =>
        opaque[i] === 0 ? behind : Math.min(WHITE, Math.round((level * WHITE) / opaque[i]!)),
      );
    }),
  );
  const all = [...fitted, opaque];
  if (options.depth === 16) return joinPlanes(all, 16);
  return joinPlanes(all.map((plane) => Uint8Array.from(plane, (level) => (level + 128) / 257)));
}
