/** Masks as label maps: PNG files whose numbers are those of the files that the model learnt from. */
import { classColours, type MaskLabels, maskValues } from '@onnoise/scheduler/model';
import type { Mask, MaskSize } from '../masks/mask.ts';
import { encodePng } from './png.ts';

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
