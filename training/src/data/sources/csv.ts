/**
 * A folder of images with a CSV in the layout of the RSNA Bone Age challenge: columns `id,boneage,male`, image
 * `<id>.png`. It needs only `id` and the label column, and ignores the others. Images may be in sub-folders.
 */
import { basename } from 'node:path';
import type { Skipped } from '@onnoise/base/folders';
import { hasImageName, type ImageFile } from '@onnoise/base/folders';
import { plural } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { MAX_CLASSES, notesOnClasses, sortedClasses } from '../set/classes.ts';
import { createGrouping } from '../set/groups.ts';
import type { DataConditions, Source } from '../set/types.ts';
import type { ConditionColumn } from './condition-columns.ts';
import { type Found, imageFinder } from './csv-images.ts';
import { type CsvRow, parseTable, type TableColumns } from './csv-table.ts';
import { readCsvText } from './csv-text.ts';
import type { FileItem } from './decode-items.ts';
import { decodeStore, type FrameOptions, type Store } from './store.ts';
import { notesOnUnread } from './unread.ts';

/** A row with its image, or why it has none. */
type Entry = { row: CsvRow; image: ImageFile } | Skipped;

/**
 * Opens the images that the CSV names. A row without id, label, numbers or image is skipped with its reason. Equal rows count
 * once. Throws InputError for an unreadable CSV, a missing column, rows that disagree about an image, or more than 1000
 * classes.
 */
export async function openCsv(
  store: Store,
  csv: string,
  columns: TableColumns = {},
  options: FrameOptions = {},
): Promise<Source> {
  const { label: labelColumn, group: groupColumn, conditions = [] } = columns;
  const { text, notes } = readCsvText(csv);
  const table = basename(csv);
  const rows = parseTable(text, csv, columns);
  if (labelColumn !== undefined) checkLabels(rows, csv, labelColumn);
  checkNumbers(rows, csv, conditions);
  const { name, images, skipped, aliases } = store;
  const found = findImages(rows, store);
  const { entries, merged } = mergeRows(entriesOf(rows, found, table, labelColumn), csv, [
    ...[labelColumn, groupColumn].filter((column) => column !== undefined),
    ...conditions.map(({ column }) => column),
  ]);
  if (merged.length > 0) notes.push(noteOnMerged(merged, table));
  const used = entries.flatMap((entry) => ('row' in entry ? [entry.image] : []));
  if (groupColumn !== undefined) notes.push(...checkGroups(entries, csv, groupColumn));
  const listed = new Set([...found.values()].map((result) => ('image' in result ? result.image : undefined)));
  const unlisted = images.filter((image) => !listed.has(image)).length;
  if (unlisted > 0) notes.push(`${unlisted} of the folder's images are not in the CSV and are left out.`);
  notes.push(...(store.notes ?? []), ...notesOnUnread(store));

  const labels = entries.flatMap((entry) => ('row' in entry && entry.row.label ? [entry.row.label] : []));
  const classNames = labelColumn === undefined ? undefined : sortedClasses(labels);
  const labelSource = `the column "${labelColumn}" of ${table}`;
  if (classNames) notes.push(...notesOnClasses(labelSource, classNames, labels.length));
  const number = new Map(classNames?.map((name, i) => [name, i]));
  const folders = skipped.filter(({ file }) => !hasImageName(file) && !aliases?.has(file));
  const items = [...folders, ...entries].map((entry): FileItem => {
    if (!('row' in entry)) return entry;
    const { path } = entry.image;
    return {
      path,
      ...(classNames && { label: number.get(entry.row.label!)! }),
      ...(groupColumn !== undefined && { group: entry.row.group! }),
      ...(conditions.length > 0 && { conditions: entry.row.conditions }),
    };
  });
  const paths = items.flatMap((item) => ('path' in item ? [item.path] : []));
  return {
    name,
    identity: JSON.stringify([
      ...[store.identityOf(used, skipped), text, labelColumn ?? null, ...conditions],
      ...(groupColumn === undefined ? [] : [{ groupColumn }]),
    ]),
    total: (await store.count(paths, options)) + items.length - paths.length,
    ...(classNames && { classNames, labelSource }),
    ...(conditions.length > 0 && { conditions: dataConditions(conditions, items) }),
    ...(groupColumn !== undefined && { groupColumn, groups: groupsOfItems(items) }),
    notes,
    frames: (image) => decodeStore(store, items, image),
  };
}

const dataConditions = (columns: readonly ConditionColumn[], items: readonly FileItem[]): DataConditions => ({
  names: columns.map(({ name }) => name),
  values: Float64Array.from(items.flatMap((item) => ('path' in item ? item.conditions! : []))),
});

/** As `createGrouping` would group them if each file were one image. */
function groupsOfItems(items: readonly FileItem[]): number[] | undefined {
  const grouping = createGrouping(true);
  for (const [i, item] of items.entries()) grouping.add('path' in item ? [item.group!] : [], i);
  return grouping.numbers();
}

/** @returns notes @throws InputError for a column that leaves nothing to hold out */
function checkGroups(entries: readonly Entry[], csv: string, column: string): string[] {
  const groups = entries.flatMap((entry) => ('row' in entry ? [entry.row.group!] : []));
  const distinct = new Set(groups.filter((group) => group !== ''));
  if (distinct.size < 2) {
    const received = distinct.size === 0 ? 'none' : 'one';
    throw new InputError(
      `Cannot read the CSV: column "${column}" of ${csv} must have at least two different values to group images by, received ${received}.`,
    );
  }
  const without = groups.filter((group) => group === '').length;
  return without === 0 ? [] : [`${plural(without, 'image')} without ${column}: grouped as if no column were named.`];
}

/** The image of each id, which may name a link to it; a file that exists but cannot be read is skipped with its reason. */
function findImages(
  rows: CsvRow[],
  { images, skipped, aliases = new Map(), lacking }: Store,
): ReadonlyMap<string, Found> {
  const find = imageFinder([...images, ...Array.from(aliases, ([path, image]) => ({ ...image, path }))]);
  const unread = new Map(skipped.map(({ file, reason }) => [basename(file), reason]));
  return new Map(
    rows.map(({ id }): [string, Found] => {
      const found = find(id);
      if ('image' in found) return [id, { image: aliases.get(found.image.path) ?? found.image }];
      const reason = unread.get(`${id}.png`) ?? unread.get(id) ?? lacking?.get(id);
      return [id, reason === undefined ? found : { reason }];
    }),
  );
}

function entriesOf(
  rows: CsvRow[],
  found: ReadonlyMap<string, Found>,
  table: string,
  labelColumn: string | undefined,
): Entry[] {
  return rows.map((row): Entry => {
    const { id, label, line, unusable } = row;
    if (id === '') return { file: `${table} line ${line}`, reason: 'the row has no id' };
    if (label === '') return { file: id, reason: `line ${line} has no ${labelColumn}` };
    if (unusable !== undefined) return { file: id, reason: unusable };
    const result = found.get(id)!;
    if ('image' in result) return { row, image: result.image };
    return { file: hasImageName(id) ? id : `${id}.png`, reason: result.reason };
  });
}

/** Keeps one row per image. Throws InputError if rows of one image have different labels or conditions. */
function mergeRows(entries: Entry[], csv: string, columns: readonly string[]) {
  const cellsOf = ({ label, group, conditions }: CsvRow) => [
    ...[label, group].filter((cell) => cell !== undefined),
    ...conditions,
  ];
  const first = new Map<ImageFile, CsvRow>();
  const merged: CsvRow[] = [];
  const kept = entries.filter((entry) => {
    if (!('row' in entry)) return true;
    const { row, image } = entry;
    const before = first.get(image);
    if (before === undefined) {
      first.set(image, row);
      return true;
    }
    const [one, other] = [cellsOf(before), cellsOf(row)];
    const at = columns.findIndex((_, i) => one[i] !== other[i]);
    if (at >= 0) {
      throw new InputError(
        `Cannot read the CSV: rows of ${csv} about one image must agree, received ${columns[at]} ${one[at]} on line ${before.line} and ${other[at]} on line ${row.line} for ${image.path}.`,
      );
    }
    merged.push(row);
    return false;
  });
  return { entries: kept, merged };
}

function noteOnMerged(merged: CsvRow[], table: string): string {
  if (merged.length === 1) return `1 row of ${table} repeats an earlier one and counts once (line ${merged[0]!.line}).`;
  const lines = merged.slice(0, 5).map(({ line }) => line);
  const more = merged.length > 5 ? ', ...' : '';
  return `${merged.length} rows of ${table} repeat an earlier one and count once (lines ${lines.join(', ')}${more}).`;
}

/** Throws InputError for a column without any number: it is not one to condition on. */
function checkNumbers(rows: CsvRow[], csv: string, conditions: readonly ConditionColumn[]): void {
  const empty = conditions.find((_, k) => rows.every((row) => Number.isNaN(row.conditions[k])));
  if (empty === undefined) return;
  throw new InputError(`Cannot read the CSV: column "${empty.column}" of ${csv} must have numbers, received none.`);
}

function checkLabels(rows: CsvRow[], csv: string, column: string): void {
  const distinct = new Set(rows.map(({ label }) => label!).filter((label) => label !== ''));
  if (distinct.size === 0) {
    throw new InputError(`Cannot read the CSV: column "${column}" of ${csv} must have values, received none.`);
  }
  if (distinct.size > MAX_CLASSES) {
    throw new InputError(
      `Cannot read the CSV: column "${column}" of ${csv} must have at most ${MAX_CLASSES} different values to be a class, received ${distinct.size}.`,
    );
  }
}
