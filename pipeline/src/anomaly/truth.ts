/**
 * Which images are abnormal, from a file that says it: a CSV with the columns id and abnormal (or anomaly), or the truth.jsonl of
 * `pipeline phantom`. An id is the name of a file, with or without its ending.
 */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import { InputError, show } from '@onnoise/scheduler/rules';
import { parseTable } from '@onnoise/training/data';

const ACTION = 'read the truth';
const COLUMNS = ['abnormal', 'anomaly'] as const;
const VALUES: Readonly<Record<string, boolean>> = { 0: false, 1: true, false: false, true: true };

/** By id. */
export type Truth = ReadonlyMap<string, boolean>;

/** @throws InputError for a file without the columns, with another value, or with an id that is there twice and differs */
export async function readTruth(path: string): Promise<Truth> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw diskFailure(error, `read --truth ${path}`);
  });
  const rows = /\.jsonl$/i.test(path) ? linesOf(text, path) : rowsOf(text.replace(/^\uFEFF/, ''), path);
  const truth = new Map<string, boolean>();
  for (const [id, abnormal] of rows) {
    if ((truth.get(id) ?? abnormal) !== abnormal) {
      throw new InputError(`Cannot ${ACTION}: ${path} must say one thing of each id, received 0 and 1 for ${id}.`);
    }
    truth.set(id, abnormal);
  }
  return truth;
}

function rowsOf(text: string, path: string): [id: string, abnormal: boolean][] {
  const names = (/^.*$/m.exec(text)?.[0] ?? '').split(/[,;\t]/).map((name) => name.trim().replaceAll('"', ''));
  const label = COLUMNS.find((name) => names.includes(name)) ?? COLUMNS[0];
  return parseTable(text, path, { label }).map(({ line, id, label: cell = '' }) => {
    const abnormal = VALUES[cell.trim().toLowerCase()];
    if (abnormal !== undefined) return [id, abnormal];
    throw new InputError(
      `Cannot ${ACTION}: ${label} must be 0 or 1, received ${show(cell)} in line ${line} of ${path}.`,
    );
  });
}

/** Of a phantom: anything that was planted is abnormal. Files that cannot be read are left out. */
function linesOf(text: string, path: string): [id: string, abnormal: boolean][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line, i) => {
      const read = parse(line);
      if (typeof read?.file !== 'string') {
        throw new InputError(
          `Cannot ${ACTION}: ${path} must be lines of JSON with a file, received another in line ${i + 1}.`,
        );
      }
      if (read.broken !== undefined) return [];
      return [[read.file, Boolean(read.anomaly ?? read.abnormality)]];
    });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Whether each of the named images is abnormal.
 * @throws InputError for an image that the truth does not have, and where all are of one kind
 */
export function matchTruth(truth: Truth, names: readonly string[], path: string): boolean[] {
  const ids = new Map([...truth].map(([id, abnormal]) => [id.normalize('NFC'), abnormal]));
  const stems = new Map([...ids].map(([id, abnormal]) => [withoutEnding(id), abnormal]));
  const abnormal = names.map((name) => {
    const id = name.normalize('NFC');
    return ids.get(id) ?? ids.get(withoutEnding(id)) ?? stems.get(withoutEnding(id));
  });
  const missing = names.filter((_, i) => abnormal[i] === undefined);
  if (missing.length > 0) {
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    throw new InputError(
      `Cannot ${ACTION}: ${path} must have a row for each image, received none for ${missing[0]}${more}.`,
    );
  }
  const count = abnormal.filter(Boolean).length;
  if (count === 0 || count === names.length) {
    throw new InputError(
      `Cannot ${ACTION}: ${path} must have normal and abnormal images, received ${count === 0 ? 'only normal' : 'only abnormal'} ones.`,
    );
  }
  return abnormal as boolean[];
}

const PICTURE = /^\.(png|jpe?g|webp|avif|tiff?|gif|bmp|dcm|nii|gz)$/i;
const withoutEnding = (name: string) => (PICTURE.test(extname(name)) ? name.slice(0, -extname(name).length) : name);
