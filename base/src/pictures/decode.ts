/**
 * Decodes one image file to a square of uint8 RGB, with sharp.
 *
 * - EXIF orientation is applied (orientation.ts), ICC profiles are converted to sRGB, the first frame of an animation is taken.
 * - CMYK without a profile: see inks.ts.
 * - Resizing is by Lanczos (a = 3), widened when a picture shrinks, and by a bicubic when it grows; see docs/data.md.
 * - Transparency is flattened on `background`, unless 2 or 4 channels are asked for: see samples.ts, also for TIFF of others.
 * - 16 bits per channel become 8 by dropping the low byte: 0..65535 -> 0..255, over the full range of the format; a
 *   window on gray pictures is applied before, at 16 bits.
 * - Floats, 32-bit and signed integers are measurements: see measured.ts.
 * - The whole picture is always decoded, even the part that a crop cuts away, so that a truncated file is noticed.
 * - More than `MAX_PIXELS` is refused: such a picture may need 6 bytes per pixel (progressive JPEG, interlaced PNG).
 *
 * Limits: damage that decodes to valid pixels goes unnoticed. WebP and plain TIFF have no checksum, and most single
 * wrong bytes in a JPEG are valid codes.
 */
import { statSync } from 'node:fs';
import { extentOf, MOST_CHANNELS } from '@onnoise/scheduler/model';
import type { Shown } from '@onnoise/scheduler/png';
import sharp, { type Sharp } from 'sharp';
import { isDark } from './dark.ts';
import { readWindowed } from './deep-window.ts';
import { centreOn, planFit } from './fit.ts';
import { hasPlainInks, readInks } from './inks.ts';
import { MAX_PIXELS } from './max-pixels.ts';
import { isMeasured, readMeasured, SAVE_AS } from './measured.ts';
import { weightGate } from './ordered-map.ts';
import { shownSize, turned } from './orientation.ts';
import { LABEL } from './phantom-label.ts';
import { hasPngEnd } from './png-end.ts';
import { keepsSamples, readSamples } from './samples.ts';
import { readTiffSamples } from './tiff-head.ts';
import type { ImageOptions, Picture } from './types.ts';
import { parseWindow, WHITE } from './window.ts';

/** All levels of 16 bits. */
const FULL = { centre: WHITE / 2, width: WHITE };

const decoding = weightGate(MAX_PIXELS);
type Gate = typeof decoding;
const alone: Gate = (_, work) => work();

/** What makes a picture unusable: only missing or wrong pixels, or every warning of the decoder. */
type FailOn = 'error' | 'warning';

/** Formats whose decoders report wrong pixels only in a warning, and the text of those warnings. */
const DAMAGE: Readonly<Record<string, RegExp>> = {
  jpeg: /premature end of data segment|bad Huffman code|extraneous bytes before marker 0xd9/,
  gif: /gifload/,
};

/** [height, width, 3]; [height, width] under a window. */
type DecodedImage = Required<Pick<Picture, 'pixels' | 'origin' | 'deep' | 'transparent' | 'several' | 'phantom'>> &
  Pick<Picture, 'windowed' | 'measured' | 'infinite' | 'dark' | 'inks' | 'alpha'>;

/** Sets sharp up for many small jobs: no cache of files or results, one thread per picture. */
export function configureSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * Decodes the file at `path`, or one of its frames or pages, which count from 0. Throws an Error whose message is the
 * reason why the picture cannot be used.
 *
 * libvips keeps one list of messages for all threads, so a failure's message may be about another picture. A picture
 * that failed is therefore decoded once more, alone.
 */
export async function decodeImage(path: string, options: ImageOptions, page = 0): Promise<DecodedImage> {
  const file = { path, page, orientation: options.orientation };
  try {
    return await decodeOnce(file, options, decoding);
  } catch {
    try {
      return await decoding(MAX_PIXELS, () => decodeOnce(file, options, alone));
    } catch (error) {
      throw new Error(reasonOf(error, path));
    }
  }
}

interface Page {
  path: string;
  page: number;
  /** See `ImageOptions`. */
  orientation?: number | undefined;
}

/** How many frames or pages a file has. Throws an Error whose message is the reason why they cannot be counted. */
export async function pagesOf(path: string): Promise<number> {
  try {
    return (await decoding(1, () => open({ path, page: 0 }, 'error').metadata())).pages ?? 1;
  } catch (error) {
    throw new Error(reasonOf(error, path));
  }
}

/** The size of a frame or page, turned as its EXIF orientation says. Throws an Error whose message is the reason why it cannot be told. */
export async function sizeOf(path: string, page = 0): Promise<Shown> {
  try {
    return shownSize(await decoding(1, () => open({ path, page }, 'error').metadata()));
  } catch (error) {
    throw new Error(reasonOf(error, path));
  }
}

async function decodeOnce(file: Page, options: ImageOptions, gate: Gate): Promise<DecodedImage> {
  const metadata = await gate(1, () => open(file, 'error').metadata());
  const { hasAlpha, depth, space, format, channels, pages = 1, comments = [] } = metadata;
  const origin = shownSize(metadata, file.orientation);
  const { width, height } = origin;
  if (width * height > MAX_PIXELS) {
    throw new Error(`${width} x ${height} pixels are more than the limit of ${MAX_PIXELS / 1e6} million`);
  }
  if (format === 'png' && !hasPngEnd(file.path)) throw new Error('truncated: the PNG file has no end');
  const facts = { origin, several: pages > 1, phantom: comments.some(({ text }) => text === LABEL) };
  const window = parseWindow(options.window);
  const tiff = format === 'tiff' && channels > 1 ? readTiffSamples(file.path, file.page) : undefined;
  if (tiff?.planar && (space === 'b-w' || space === 'grey16'))
    throw new Error('its channels are stored apart, and no colours: save it with them together (planarconfig contig)');
  if (keepsSamples(options.channels, options.depth)) {
    const colours = format !== 'tiff' || (tiff?.alpha ?? channels === 1) || (channels === 3 && !hasAlpha);
    const read = (failOn: FailOn) =>
      gate((isMeasured(metadata) ? 4 : 2) * channels * width * height, () =>
        readSamples(open(file, failOn, { ignoreIcc: !colours }), metadata, { colours, window }, options),
      );
    const kept = DAMAGE[format] ? await readUndamaged(read, DAMAGE[format], gate) : await read('error');
    return { transparent: false, ...kept, ...facts, deep: false };
  }
  if (isMeasured(metadata)) {
    // Numbers without a meaning; what else cannot be read has a better reason.
    if (tiff && !tiff.alpha && hasAlpha && ['b-w', 'srgb', 'scrgb'].includes(space)) refuseMany(channels);
    const plain = () => open(file, 'error', { ignoreIcc: true });
    const bytes = 2 * metadata.channels; // about 4 times those of a picture of 8 bits
    const square = await gate(bytes * width * height, () => readMeasured(plain(), metadata, window, options));
    return { ...square, ...facts, deep: false, windowed: true, measured: true };
  }
  const most = space === 'cmyk' ? 5 : ['b-w', 'grey16'].includes(space) ? 2 : 4; // how opaque it is among them
  if (channels > most) refuseMany(channels);
  if (space === 'grey16' && (window !== 'dicom' || options.depth === 16)) {
    const range = window === 'dicom' ? FULL : window;
    const square = await gate(width * height, () => readWindowed(open(file, 'error'), range, options));
    return { ...square, ...facts, deep: false, windowed: window !== 'dicom' };
  }
  const exact = !shrinksInexactly(format, width, height);
  const inks = hasPlainInks(metadata);
  const read = (failOn: FailOn) =>
    inks
      ? gate(4 * width * height, () => readInks(open(file, failOn), metadata, options))
      : gate(width * height, () => readFitted(open(file, failOn), { width, height, exact }, options));
  const square = DAMAGE[format] ? await readUndamaged(read, DAMAGE[format], gate) : await read('error');
  const deep = depth === 'ushort' && !inks && (space === 'grey16' ? 'gray' : 'colour');
  const dark = deep && isDark(square.pixels) ? await gate(width * height, () => greatest(file, hasAlpha)) : undefined;
  const transparent = hasAlpha && square.transparent;
  return { ...square, ...facts, inks, deep, transparent, ...(dark !== undefined && { dark }) };
}

function refuseMany(channels: number): never {
  if (channels > MOST_CHANNELS) throw new Error(`it has ${channels} channels, and ${MOST_CHANNELS} are the most`);
  const how = keepsSamples(channels) ? `--channels ${channels} keeps them` : 'save it as RGB';
  throw new Error(`it has ${channels} channels, which are no colours: ${how}`);
}

/** The greatest value of a whole picture at its own depth, apart from how opaque it is. */
async function greatest(file: Page, hasAlpha: boolean): Promise<number> {
  const { channels } = await open(file, 'error').stats();
  return Math.max(...channels.slice(0, hasAlpha ? -1 : undefined).map(({ max }) => max));
}

const open = ({ path, page, orientation }: Page, failOn: FailOn, more: { ignoreIcc?: boolean } = {}) =>
  turned(
    sharp(path, {
      failOn,
      limitInputPixels: false,
      limitInputChannels: false,
      sequentialRead: true,
      ...(page > 0 && { page }),
      ...more,
    }),
    orientation,
  );

/**
 * Whether sharp's shrinking while decoding would shift a picture of this format: it rounds the shrunken sides to whole
 * pixels and takes them for exact. A JPEG 331 pixels wide would count as 8 x 42, and be off by half a pixel of 20 at
 * its end.
 */
function shrinksInexactly(format: string, width: number, height: number): boolean {
  return format === 'webp' || (format === 'jpeg' && (width % 8 !== 0 || height % 8 !== 0));
}

/** Fails on a warning about wrong pixels, but not on a harmless one. */
async function readUndamaged<T>(read: (failOn: FailOn) => Promise<T>, damage: RegExp, gate: Gate): Promise<T> {
  try {
    return await read('warning');
  } catch (error) {
    // Only a picture decoded alone can trust its message.
    if (gate !== alone) throw error;
    if (damage.test((error as Error).message)) throw new Error(`damaged: ${(error as Error).message}`);
    return read('error');
  }
}

async function readFitted(
  input: Sharp,
  { width, height, exact }: { width: number; height: number; exact: boolean },
  { size, fit, background }: ImageOptions,
): Promise<{ pixels: Uint8Array; transparent: boolean }> {
  const wanted = extentOf(size);
  const plan = planFit(width, height, wanted, fit);
  let pipeline = input;
  // sharp decodes an extracted part, even the whole picture, at full size.
  const part = plan.extract ?? (exact ? undefined : { left: 0, top: 0, width, height });
  if (part) pipeline = pipeline.extract(part);
  pipeline = pipeline.resize(plan.width, plan.height, { fit: 'fill' }).toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const level = background === 'white' ? 255 : 0;
  const decoded = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const { pixels, transparent } = flatten(decoded, info.channels, level);
  return { pixels: centreOn(wanted, pixels, info, 3, level), transparent };
}

/** Blends interleaved RGBA pixels over a gray level; RGB stays as it is. */
function flatten(pixels: Uint8Array, channels: number, level: number): { pixels: Uint8Array; transparent: boolean } {
  if (channels === 3) return { pixels, transparent: false };
  if (channels !== 4) throw new Error(`decoded to ${channels} channels, not 3`);
  const out = new Uint8Array((pixels.length / 4) * 3);
  let transparent = false;
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    const alpha = pixels[from + 3]!;
    if (alpha < 255) transparent = true;
    for (let c = 0; c < 3; c++) out[to + c] = Math.round((pixels[from + c]! * alpha + level * (255 - alpha)) / 255);
  }
  return { pixels: out, transparent };
}

/** The first line of a decoder's message, without the path. */
export function reasonOf(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Input file is missing')) return 'missing: it existed when the folder was read';
  if (statSync(path, { throwIfNoEntry: false })?.size === 0) return 'an empty file';
  if (message.includes('tiff2vips: samples out of range')) return `its values have more than 32 bits: ${SAVE_AS}`;
  if (message.includes('premature end of JPEG image')) return 'truncated: the JPEG file has no end';
  const line = message.split('\n').find((text) => text.trim() !== '') ?? '';
  const reason = line.replaceAll(`${path}: `, '').replaceAll(path, 'the file').trim();
  return reason === '' || reason === 'Unknown error' ? 'broken or truncated (the decoder does not say more)' : reason;
}
