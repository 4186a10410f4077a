/**
 * Writes PNG, still and animated (APNG), with the platform's deflate. It is lossless: a download has the same pixels.
 *
 * Source: PNG specification, third edition (W3C 2025): chunks, acTL, fcTL, fdAT.
 * Limits: 8 bits, 16 or a palette, gray or RGB, filter 0; needs CompressionStream (every browser since 2023).
 */

import { classColours, type MaskLabels, maskValues } from '@onnoise/scheduler/model';
import { plainRows, pngChunk, pngFile, textChunk } from '@onnoise/scheduler/png';
import type { Mask, MaskSize } from '../masks/mask.ts';
import type { Pixels } from '../state/layout.ts';

interface PngFrame {
  pixels: Pixels;
  /** Milliseconds for which it is shown; ignored for a still. */
  delay: number;
}

/**
 * One frame gives a still, several an endless animation. `text` goes into tEXt chunks: Latin-1 keywords and values.
 * @param palette colours of the levels of one channel, red, green and blue of each; at most 256. Default: gray
 * @param bits of a level; those of 16 are two bytes of the data each, the higher first
 * @throws Error when there is no frame or the frames differ in size.
 */
export async function encodePng(
  frames: readonly PngFrame[],
  text: Readonly<Record<string, string>> = {},
  {
    palette,
    bits = 8,
  }: { palette?: readonly (readonly [red: number, green: number, blue: number])[]; bits?: 8 | 16 } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = frames;
  if (!first) throw new Error('A picture needs at least one frame.');
  const { width, height, channels } = first.pixels;
  if (frames.some(({ pixels: p }) => p.width !== width || p.height !== height || p.channels !== channels)) {
    throw new Error('The frames of an animation must be of one size.');
  }
  const chunks: Uint8Array[] = [];
  for (const [keyword, value] of Object.entries(text)) chunks.push(textChunk(keyword, value));
  if (palette) chunks.push(chunk('PLTE', palette.flat()));
  if (frames.length > 1) chunks.push(chunk('acTL', [...u32(frames.length), ...u32(0)]));
  let sequence = 0;
  for (const [i, { pixels, delay }] of frames.entries()) {
    if (frames.length > 1) {
      const control = [...u32(width), ...u32(height), ...u32(0), ...u32(0), ...u16(delay), ...u16(1000), 0, 0];
      chunks.push(chunk('fcTL', [...u32(sequence++), ...control]));
    }
    const data = await deflate(plainRows(pixels.data, (width * channels * bits) / 8));
    chunks.push(i === 0 ? pngChunk('IDAT', data) : pngChunk('fdAT', numbered(sequence++, data)));
  }
  return pngFile({ width, height }, palette ? 'palette' : channels === 3 ? 'rgb' : 'gray', chunks, bits);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function numbered(sequence: number, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 4);
  out.set(u32(sequence));
  out.set(data, 4);
  return out;
}

const chunk = (type: string, data: ArrayLike<number>) => pngChunk(type, Uint8Array.from(data));

const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const u16 = (value: number) => [(value >>> 8) & 255, value & 255];

/** Masks as label maps: PNG files whose numbers are those of the files that the model learnt from. */

/** Most colours of a palette. */
const MOST = 256;

/** With a palette, or gray of 16 bits where that cannot hold the numbers. @param mask class numbers, [H, W] */
export function labelMapPng(
  mask: Mask,
  { width, height }: MaskSize,
  labels: MaskLabels,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const values = maskValues(labels);
  const largest = values.at(-1)!;
  const frame = (data: Uint8Array<ArrayBuffer>) => [
    { pixels: { data, width, height, channels: 1 as const }, delay: 0 },
  ];
  if (largest >= MOST) {
    const data = Uint8Array.from({ length: 2 * mask.length }, (_, at) => {
      const value = values[mask[at >> 1]!]!;
      return at % 2 === 0 ? value >> 8 : value & 0xff;
    });
    return encodePng(frame(data), text, { bits: 16 });
  }
  const colours = classColours(values.length);
  const palette = Array.from({ length: largest + 1 }, (_, value) => colours[values.indexOf(value)] ?? colours[0]!);
  return encodePng(frame(Uint8Array.from(mask, (k) => values[k]!)), text, { palette });
}
