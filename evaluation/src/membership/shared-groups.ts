/**
 * Patients who are in both folders of an audit: an image of theirs that is held out is no stranger to the model, so a leak would be
 * hidden. Prepared images keep no names, so the tables of both folders are compared.
 */

import { walkImages } from '@onnoise/base/folders';
import { extensionOf } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';
import { listClasses, type PrepareOptions, parseTable, readCsvText } from '@onnoise/training/data';

const NAMED = 5;

/**
 * @returns a sentence where it cannot be told, nothing where no column groups the images
 * @throws InputError that names some who are in both
 */
export async function refuseSharedGroups(
  action: string,
  data: PrepareOptions,
  test: PrepareOptions | undefined,
): Promise<string | undefined> {
  const { groupColumn: column, csv } = data;
  if (column === undefined || csv === undefined || test === undefined) return undefined;
  const others = test.csv === undefined ? undefined : groupsIn(test.data, test.csv, column);
  const unknown = (received: string) => `Whether the two folders share a ${column} is not known: received ${received}.`;
  if (others === undefined) return unknown(test.csv === undefined ? 'no --test-csv' : '--test-csv without that column');
  const own = groupsIn(data.data, csv, column);
  if (own === undefined || own.size === 0 || others.size === 0)
    return unknown('a table whose rows name no image by its file');
  const both = [...others].filter((group) => own.has(group)).sort();
  if (both.length === 0) return undefined;
  throw new InputError(
    `Cannot ${action}: --test-data must have no ${column} of --data, received ${both.length} in both: ${listClasses(both, NAMED)}. Take their images out.`,
  );
}

/** The values of a column in rows whose image is in the folder; undefined for a table without it. */
function groupsIn(folder: string, csv: string, column: string): Set<string> | undefined {
  const table = readCsvText(csv).text;
  const [header = ''] = table.split(/\r?\n/).filter((line) => !/^sep=/i.test(line));
  const columns = header.split(/[,;\t]/).map((name) => name.trim().replaceAll('"', ''));
  if (!columns.includes(column)) return undefined;
  const names = walkImages(folder).images.flatMap(({ path }) => {
    const whole = path.normalize('NFC');
    const stem = whole.slice(0, whole.length - extensionOf(whole).length);
    return [whole, stem, whole.slice(whole.lastIndexOf('/') + 1), stem.slice(stem.lastIndexOf('/') + 1)];
  });
  const known = new Set(names);
  const rows = parseTable(table, csv, { group: column });
  return new Set(rows.flatMap(({ id, group = '' }) => (group !== '' && known.has(id) ? [group] : [])));
}
