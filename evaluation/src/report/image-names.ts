/**
 * What a report calls training images, so that a reader finds them. Prepared images have no names: those of a folder of
 * pictures are known from its files again, all others are counted. Limit: medical files are counted, too, since their names
 * may be those of patients.
 */
import { stat } from 'node:fs/promises';
import { extensionOf, isDicomweb, isMedicalName } from '@onnoise/base/pictures';
import { type Dataset, findIdxImages, type PrepareOptions, walkImages } from '@onnoise/training/data';

export interface ImageNames {
  /** @param image its number in the dataset */
  nameOf(image: number): string;
  /** How images are counted, where their numbers are their names: `in the order of their paths`. */
  order?: string | undefined;
}

type Named = Pick<PrepareOptions, 'data' | 'csv' | 'frames'>;

/** Call it when the images were just prepared. */
export async function imageNames(
  named: Named,
  { count, skipped }: Pick<Dataset, 'count' | 'skipped'>,
): Promise<ImageNames> {
  const order = await orderOf(named);
  if (order === BY_PATH && named.frames === undefined && (await stat(named.data)).isDirectory()) {
    const left = new Set(skipped.map(({ file }) => file));
    const paths = walkImages(named.data).images.flatMap(({ path }) => (left.has(path) ? [] : [path]));
    const plain = paths.every((path) => extensionOf(path) !== '' && !isMedicalName(path));
    // Else files came or went since.
    if (plain && paths.length === count) return { nameOf: (image) => paths[image]! };
  }
  return { nameOf: String, order };
}

const BY_PATH = 'in the order of their paths';

async function orderOf({ data, csv }: Named): Promise<string> {
  if (data === 'digits') return 'in the order in which the digits come';
  if (csv !== undefined) return 'in the order of the rows of the table';
  if (isDicomweb(data)) return 'in the order in which they were read';
  return (await findIdxImages(data)) === undefined ? BY_PATH : 'in the order of the IDX file';
}
