/** Label maps that a column of the CSV names, as paths below the folder of the CSV, wherever they lie. */
import { statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { imageFinder } from '../sources/csv-images.ts';
import { parseTable } from '../sources/csv-table.ts';
import { readCsvText } from '../sources/csv-text.ts';
import type { ChosenMaps } from './types.ts';

/** Whether `--masks` names a column: a folder of that name comes first. */
export const isColumn = (masks: string, csv: string | undefined): csv is string =>
  csv !== undefined && statSync(masks, { throwIfNoEntry: false }) === undefined;

/** @throws InputError for a column that is missing, names no file, or names one that is not there */
export function mapsOfColumn(csv: string, column: string): ChosenMaps {
  const base = dirname(csv);
  const rows = parseTable(readCsvText(csv).text, csv, { group: column }).filter(({ group }) => group !== '');
  const files = rows.map(({ group }) => resolve(base, group!));
  const missing = files.findIndex((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
  if (rows.length === 0 || missing >= 0) {
    const received = rows.length === 0 ? 'none' : `${rows[missing]!.group}, which is not there`;
    throw new InputError(
      `Cannot read label maps: the column "${column}" must name files below the folder of ${csv}, received ${received}.`,
    );
  }
  const folder = commonFolder(files);
  const below = (file: string) => relative(folder, file).split(sep).join('/');
  const paths = new Set(files.map(below));
  return {
    folder,
    has: (path) => paths.has(path),
    of(imagePaths, maps) {
      const among = new Set(maps);
      const find = imageFinder(imagePaths.map((path) => ({ path, bytes: 0, modified: 0 })));
      const found = new Map<string, string>();
      for (const [i, { id }] of rows.entries()) {
        const result = find(id);
        const map = below(files[i]!);
        if ('image' in result && among.has(map)) found.set(result.image.path, map);
      }
      return found;
    },
  };
}

function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0]!);
  while (files.some((file) => relative(folder, file).startsWith('..'))) folder = join(folder, '..');
  return folder;
}
