/** Masks as label maps: PNG files with a palette, whose numbers are those of the files that the model learnt from. */
import { classColours, type MaskLabels, maskValues } from '@onnoise/scheduler/model';
import type { Mask, MaskSize } from '../masks/mask.ts';
import { encodePng } from './png.ts';

/** Most colours of a palette. */
const MOST = 256;

/** Whether a palette can hold the numbers of the model's files. */
export const storable = (labels: MaskLabels): boolean => maskValues(labels).at(-1)! < MOST;

/** The model's labels; where a palette cannot hold their numbers, with the numbers of the classes. */
export const storableLabels = (labels: MaskLabels): MaskLabels =>
  storable(labels) ? labels : { classes: labels.classes };

/** @param mask class numbers, [H, W] @param labels that are storable */
export function labelMapPng(
  mask: Mask,
  { width, height }: MaskSize,
  labels: MaskLabels,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const values = maskValues(labels);
  const colours = classColours(values.length);
  const palette = Array.from(
    { length: values.at(-1)! + 1 },
    (_, value) => colours[values.indexOf(value)] ?? colours[0]!,
  );
  const data = Uint8Array.from(mask, (k) => values[k]!);
  return encodePng([{ pixels: { data, width, height, channels: 1 }, delay: 0 }], text, palette);
}
