/**
 * Pictures whose pixels are measurements and not levels: TIFF of floats, of 32-bit integers and of signed ones. Black is
 * the least value of the picture and white the greatest, unless a window says otherwise. All channels of a picture
 * share one range. Values that are no finite numbers do not count for the range: NaN is black.
 *
 * Limits: sharp reads no 64 bits, and cuts off signed and real numbers of 16 bits; those are refused.
 */
import type { Metadata, Sharp } from 'sharp';
import { fitRaw } from './raw-picture.ts';
import type { ImageOptions } from './types.ts';
import { extremes, fullRange, levelOf, type WindowChoice, within } from './window.ts';

type Values = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint32Array;

/** The numbers of sharp's depths that are no gray levels of 8 or 16 bits. */
const ARRAYS: Readonly<Record<string, new (bytes: ArrayBuffer) => Values>> = {
  char: Int8Array,
  short: Int16Array,
  int: Int32Array,
  uint: Uint32Array,
  float: Float32Array,
  double: Float64Array,
};

/** What to do about numbers that cannot be read. */
export const SAVE_AS = 'save it as 32-bit floats, or as unsigned 8 or 16 bits';

/** Whether the pixels are measurements. Lab, which sharp holds in floats, is a colour. */
export const isMeasured = ({ depth, space }: Metadata): boolean =>
  depth !== 'uchar' && depth !== 'ushort' && space !== 'lab' && space !== 'labs';

/**
 * @param input with its profile ignored, which would change the values
 * @returns [height, width], or [height, width, 3] of a colour @throws Error with the reason why it cannot be used
 */
export async function readMeasured(
  input: Sharp,
  { depth, space, channels, hasAlpha }: Metadata,
  window: WindowChoice,
  options: ImageOptions,
): Promise<{ pixels: Uint8Array | Uint16Array; transparent: boolean; infinite: boolean }> {
  refuseCutOff(space);
  const Numbers = ARRAYS[depth];
  if (Numbers === undefined || hasAlpha || (channels !== 1 && channels !== 3)) {
    const what = hasAlpha ? ', transparency among them' : '';
    throw new Error(
      `its pixels are ${channels} numbers each (${depth})${what}: save it as gray or RGB of 8 or 16 bits`,
    );
  }
  const { values, width, height, found } = await numbersOf(input, Numbers, depth, space);
  if (found !== channels) throw new Error(`decoded to ${found} channels, not ${channels}`);
  const share = shareOf(values, window);
  const levels = channels === 1 ? new Uint16Array(values.length) : new Uint8Array(values.length);
  let infinite = false;
  for (let i = 0; i < levels.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) infinite = true;
    const level = levelOf(share(value));
    levels[i] = channels === 1 ? level : (level + 128) / 257;
  }
  return { pixels: await fitRaw({ width, height, pixels: levels }, options), transparent: false, infinite };
}

/** Spaces in which sharp leaves numbers of several channels as they are, by that of the file. Before the others it repeats a gray channel twice. */
const EXACT: Readonly<Record<string, { space: string; more: number } | undefined>> = {
  'b-w': { space: 'srgb', more: 2 },
  srgb: { space: 'srgb', more: 0 },
  scrgb: { space: 'scrgb', more: 0 },
};

/**
 * The same of several channels that are numbers without a meaning: a plane of 16 bits for each.
 * @throws Error with the reason why it cannot be used
 */
export async function readMeasuredPlanes(
  input: Sharp,
  { depth, space, channels }: Metadata,
  window: WindowChoice,
): Promise<{ width: number; height: number; planes: Uint16Array[]; infinite: boolean }> {
  refuseCutOff(space);
  const [Numbers, exact] = [ARRAYS[depth], EXACT[space]];
  if (Numbers === undefined || exact === undefined) {
    throw new Error(`its pixels are ${channels} numbers each (${depth}, ${space}): save it as levels of 8 or 16 bits`);
  }
  const { values, width, height, found } = await numbersOf(input, Numbers, depth, exact.space);
  if (found !== channels + exact.more) throw new Error(`decoded to ${found} channels, not ${channels}`);
  const share = shareOf(values, window);
  let infinite = false;
  const planes = Array.from({ length: channels }, (_, channel) => {
    const from = channel === 0 ? 0 : channel + exact.more;
    return Uint16Array.from({ length: width * height }, (_, i) => {
      const value = values[i * found + from]!;
      if (!Number.isFinite(value)) infinite = true;
      return levelOf(share(value));
    });
  });
  return { width, height, planes, infinite };
}

/** @throws Error for numbers that sharp cuts off */
function refuseCutOff(space: string): void {
  if (space === 'grey16' || space === 'rgb16')
    throw new Error(`its values are signed or real numbers of 16 bits: ${SAVE_AS}`);
}

async function numbersOf(
  input: Sharp,
  Numbers: new (bytes: ArrayBuffer) => Values,
  depth: Metadata['depth'],
  space: string,
): Promise<{ values: Values; width: number; height: number; found: number }> {
  const pipeline = input.toColourspace(space).raw({ depth });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const values = new Numbers(data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer); // aligned
  return { values, width: info.width, height: info.height, found: info.channels };
}

/** A share of white of each value. */
function shareOf(values: Values, window: WindowChoice): (value: number) => number {
  const range = extremes((i) => values[i]!, values.length);
  if (range[0] > range[1]) throw new Error('it has no value that is a finite number');
  return typeof window === 'object' ? within(window) : fullRange(...range);
}
