/** A window on gray pictures of 16 bits, at their full depth. */
import type { Sharp } from 'sharp';
import { fitRaw } from './raw-picture.ts';
import type { ImageOptions } from './types.ts';
import { extremes, fullRange, levelOf, WHITE, type Window, within } from './window.ts';

/** @returns [height, width] */
export async function readWindowed(
  input: Sharp,
  window: Window | 'auto',
  options: ImageOptions,
): Promise<{ pixels: Uint8Array | Uint16Array; transparent: boolean }> {
  const pipeline = input.toColourspace('grey16').raw({ depth: 'ushort' });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const channels = info.channels as 1 | 2; // gray, and how opaque it is
  const words = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)); // aligned
  const isSeen = (i: number) => channels === 1 || words[2 * i + 1] !== 0;
  const seen = () => extremes((i) => (isSeen(i) ? words[channels * i]! : Number.NaN), width * height);
  const share = window === 'auto' ? fullRange(...seen()) : within(window);
  const behind = options.background === 'white' ? WHITE : 0;
  const gray = new Uint16Array(width * height);
  let transparent = false;
  for (let i = 0; i < gray.length; i++) {
    const level = levelOf(share(words[channels * i]!));
    const opaque = channels === 1 ? WHITE : words[channels * i + 1]!;
    if (opaque < WHITE) transparent = true;
    gray[i] = (level * opaque + behind * (WHITE - opaque)) / WHITE;
  }
  return { pixels: await fitRaw({ width, height, pixels: gray }, options), transparent };
}
