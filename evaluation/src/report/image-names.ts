/**
 * What a report calls training images, so that a reader finds them. Prepared images have no names: those of a folder of
 * pictures are known from its files again, those of a table by its ids, all others are counted. Limit: medical files are counted,
 * too, since their names may be those of patients.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { walkImages } from '@onnoise/base/folders';
import { extensionOf, isMedicalName } from '@onnoise/base/pictures';
import { type Dataset, findIdxImages, type PrepareOptions, parseTable, readCsvText } from '@onnoise/training/data';

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
  const { data, csv, frames } = named;
  if ((order === BY_PATH || order === BY_ROW) && frames === undefined && (await stat(data)).isDirectory()) {
    const left = new Set(skipped.map(({ file }) => file));
    const paths = walkImages(data).images.map(({ path }) => path);
    const plain = paths.every((path) => extensionOf(path) !== '' && !isMedicalName(path));
    const names = csv === undefined ? paths.filter((path) => !left.has(path)) : idsOf(csv, left);
    // Else files came or went since.
    if (plain && names.length === count) return { nameOf: (image) => names[image]! };
  }
  return { nameOf: String, order };
}

/** Ids of the rows whose images were used, in their order. */
function idsOf(csv: string, left: ReadonlySet<string>): string[] {
  // An image that cannot be decoded is named by its path, a row that cannot be used by its id.
  const unused = new Set([...left].flatMap((file) => [file, withoutExtension(file), withoutExtension(basename(file))]));
  const ids = new Set(parseTable(readCsvText(csv).text, csv, {}).map(({ id }) => id));
  return [...ids].filter((id) => id !== '' && !unused.has(id) && !unused.has(withoutExtension(id)));
}

const withoutExtension = (path: string) => path.slice(0, path.length - extensionOf(path).length);

const BY_PATH = 'in the order of their paths';
const BY_ROW = 'in the order of the rows of the table';

async function orderOf({ data, csv }: Named): Promise<string> {
  if (data === 'digits') return 'in the order in which the digits come';
  if (csv !== undefined) return BY_ROW;
  return (await findIdxImages(data)) === undefined ? BY_PATH : 'in the order of the IDX file';
}
