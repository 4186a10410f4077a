/** The masks of a model as PNG files: those that it is told, and those that it draws. */
import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import {
  type ConditionImage,
  classColours,
  classNumbers,
  type Extent,
  type MaskLabels,
  maskValues,
} from '@onnoise/scheduler/model';
import { indexedPng, isPng, labelsOfPng, plainRows, pngExtent } from '@onnoise/scheduler/png';
import { InputError } from '@onnoise/scheduler/rules';
import type { PictureFile } from './decode.ts';
import { png } from './encode.ts';

/**
 * A mask that a model is told, of a PNG file whose pixels are the values of its classes: gray or with a palette, of the model's size.
 * Nothing is unpacked of a file of another size.
 * @returns class numbers, [H, W]
 * @throws InputError for a file that is no such mask
 */
export async function readClassMask(
  action: string,
  { bytes, name }: Omit<PictureFile, 'fit'>,
  { shape: [, height, width], mask }: ConditionImage & { mask: MaskLabels },
): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = (complaint: string): never => {
    throw new InputError(`Cannot ${action}: ${name} ${complaint}.`);
  };
  if (!isPng(bytes)) refuse(`must be a PNG file, received ${bytes.length === 0 ? 'an empty one' : 'another kind'}`);
  const extent = pngExtent(bytes);
  if (extent && (extent.width !== width || extent.height !== height)) {
    const received = `${extent.width} x ${extent.height}`;
    refuse(`must be ${width} x ${height} pixels, as the pictures of the model are, received ${received}`);
  }
  try {
    const { labels } = await labelsOfPng(bytes, width * height);
    return classNumbers(labels, mask);
  } catch (error) {
    return refuse(`cannot be used: ${(error as Error).message}`);
  }
}

/** A mask as a PNG file with a palette, in the values that the masks of training had. @param mask class numbers, [height, width] */
export async function labelPng(mask: Uint8Array, extent: Extent, labels: MaskLabels): Promise<Buffer> {
  const values = maskValues(labels);
  const colours = classColours(values.length);
  const last = values.at(-1)!;
  if (last > 255) {
    const levels = Float32Array.from(mask, (k) => values[k]! / 32_767.5 - 1);
    return png(levels, [1, extent.height, extent.width], { depth: 16 });
  }
  const palette = Array.from({ length: last + 1 }, (_, value) => colours[values.indexOf(value)] ?? colours[0]!);
  const rows = plainRows(
    Uint8Array.from(mask, (k) => values[k]!),
    extent.width,
  );
  const data = await promisify(deflate)(rows, { level: constants.Z_BEST_COMPRESSION });
  return Buffer.from(indexedPng(extent, palette, data).buffer);
}

/** A mask of another size, by nearest neighbour: a pixel has the class that lies under its centre. */
export function scaleMask(mask: Uint8Array, from: Extent, to: Extent): Uint8Array {
  const under = (i: number, count: number, own: number) => Math.floor(((2 * i + 1) * own) / (2 * count));
  return Uint8Array.from({ length: to.width * to.height }, (_, i) => {
    const row = under(Math.floor(i / to.width), to.height, from.height);
    return mask[row * from.width + under(i % to.width, to.width, from.width)]!;
  });
}
