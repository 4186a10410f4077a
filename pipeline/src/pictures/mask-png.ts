/** The masks that a model draws, as label maps. */
import { encodeIndexedPng } from '@onnoise/base/labels';
import { classColours, type Extent, type MaskLabels } from '@onnoise/scheduler/model';

/** A label map as a PNG file, in the values that the masks of training had. @param mask class numbers, [height, width] */
export async function labelPng(mask: Uint8Array, extent: Extent, labels: MaskLabels): Promise<Uint8Array> {
  const values = labelValues(labels);
  const colours = classColours(values.length);
  const last = values.at(-1)!;
  if (last > 255) {
    const { png } = await import('@onnoise/runtime-node');
    const levels = Float32Array.from(mask, (k) => values[k]! / 32_767.5 - 1);
    return png(levels, [1, extent.height, extent.width], { depth: 16 });
  }
  const palette = Array.from({ length: last + 1 }, (_, value) => colours[values.indexOf(value)] ?? colours[0]!);
  return encodeIndexedPng(
    mask.map((k) => values[k]!),
    extent,
    palette,
  );
}

/** `labels.json`, which says what the values of label maps are called. */
export function namesFile(labels: MaskLabels): string {
  const values = labelValues(labels);
  return `${JSON.stringify(Object.fromEntries(labels.classes.map((name, k) => [values[k], name])), undefined, 2)}\n`;
}

/** What label maps have for each class. */
export const labelValues = ({ classes, values }: MaskLabels): readonly number[] => values ?? classes.map((_, k) => k);
