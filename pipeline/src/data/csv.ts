/**
 * A folder of images with a CSV in the layout of the RSNA Bone Age challenge: columns `id,boneage,male`, image `<id>.png`.
 * Only `id` and the label column are needed; others are not looked at. Images may lie in sub-folders.
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { CsvError, parse } from 'csv-parse/sync';
import { MAX_CLASSES, sortedClasses } from './classes.ts';
import { decodeFiles, type FileItem } from './files.ts';
import { identityOf } from './folder.ts';
import type { Source } from './types.ts';
import { type ImageFile, walkImages } from './walk.ts';

interface Row {
  line: number;
  cells: Record<string, string>;
}

/**
 * Opens the images that the CSV names. A row whose image is missing, or without id or label, is skipped with its reason.
 * Throws InputError on an unreadable CSV, a missing column, a duplicate id, or more than 1000 classes.
 */
export function openCsv(folder: string, csv: string, labelColumn?: string): Source {
  const text = readCsv(csv);
  const rows = parseRows(text, csv, labelColumn === undefined ? ['id'] : ['id', labelColumn]);
  refuseDuplicates(rows, csv);
  const classNames = labelColumn === undefined ? undefined : classesOf(rows, csv, labelColumn);
  const { images } = walkImages(folder);
  const find = imageFinder(images);
  const used: ImageFile[] = [];
  const items = rows.map(({ line, cells }): FileItem => {
    const id = cells.id!;
    if (id === '') return { file: `${basename(csv)} line ${line}`, reason: 'the row has no id' };
    const label = labelColumn === undefined ? undefined : cells[labelColumn]!;
    if (label === '') return { file: id, reason: `line ${line} has no ${labelColumn}` };
    const image = find(id);
    if (!image) return { file: `${id}.png`, reason: 'missing: the CSV names it but the folder does not have it' };
    used.push(image);
    return label === undefined ? { path: image.path } : { path: image.path, label: classNames!.indexOf(label) };
  });
  const unlisted = images.length - new Set(used).size;
  return {
    name: basename(resolve(folder)),
    identity: JSON.stringify([identityOf(folder, used), text, labelColumn ?? null]),
    total: items.length,
    ...(classNames && { classNames }),
    notes: unlisted > 0 ? [`${unlisted} of the folder's images are not in the CSV and are left out.`] : [],
    frames: (options) => decodeFiles(folder, items, options),
  };
}

function readCsv(csv: string): string {
  try {
    const bytes = readFileSync(csv);
    const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe; // as spreadsheets save "Unicode text"
    return bytes.toString(utf16 ? 'utf16le' : 'utf8');
  } catch (error) {
    throw new InputError(`Cannot read the CSV: csv must be a readable file, received ${csv} (${codeOf(error)}).`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function parseRows(text: string, csv: string, needed: string[]): Row[] {
  let columns: string[] = [];
  let records: { info: { lines: number }; record: Record<string, string> }[];
  try {
    records = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
      columns: (header: string[]) => {
        columns = header;
        return header;
      },
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(`Cannot read the CSV: ${csv} must be comma-separated with a header: ${error.message}.`);
  }
  for (const name of needed) {
    if (columns.includes(name)) continue;
    const received = columns.length > 0 ? `the columns ${columns.join(', ')}` : 'no columns';
    throw new InputError(`Cannot read the CSV: ${csv} must have a column "${name}", received ${received}.`);
  }
  if (records.length === 0)
    throw new InputError(`Cannot read the CSV: ${csv} must have rows, received a header alone.`);
  return records.map(({ info, record }) => ({ line: info.lines, cells: record }));
}

function refuseDuplicates(rows: Row[], csv: string): void {
  const lines = new Map<string, number>();
  for (const { line, cells } of rows) {
    const id = cells.id!;
    if (id === '') continue;
    const first = lines.get(id);
    if (first !== undefined) {
      throw new InputError(
        `Cannot read the CSV: ids of ${csv} must be unique, received ${id} on lines ${first} and ${line}.`,
      );
    }
    lines.set(id, line);
  }
}

function classesOf(rows: Row[], csv: string, column: string): string[] {
  const classes = sortedClasses(rows.map(({ cells }) => cells[column]!).filter((value) => value !== ''));
  if (classes.length === 0) {
    throw new InputError(`Cannot read the CSV: column "${column}" of ${csv} must have values, received none.`);
  }
  if (classes.length > MAX_CLASSES) {
    throw new InputError(
      `Cannot read the CSV: column "${column}" of ${csv} must have at most ${MAX_CLASSES} different values to be a class, received ${classes.length}.`,
    );
  }
  return classes;
}

/** Finds `<id>.png`, else another image of that name, else a file named exactly `id`; the shallowest path wins. */
function imageFinder(images: ImageFile[]): (id: string) => ImageFile | undefined {
  const byName = new Map<string, ImageFile>();
  const byStem = new Map<string, ImageFile>();
  const depth = (image: ImageFile) => image.path.split('/').length;
  for (const image of [...images].sort((a, b) => depth(a) - depth(b))) {
    const name = image.path.slice(image.path.lastIndexOf('/') + 1);
    const stem = name.replace(/\.[^.]*$/, '');
    if (!byName.has(name)) byName.set(name, image);
    if (!byStem.has(stem)) byStem.set(stem, image);
  }
  return (id) => byName.get(`${id}.png`) ?? byStem.get(id) ?? byName.get(id);
}
