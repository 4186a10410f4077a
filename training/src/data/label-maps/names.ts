/**
 * What the numbers of label maps are called: `labels.json` in their folder, as `{"0": "background", "1": "bone"}`, nnU-Net's
 * `dataset.json`, or the
 * segments of DICOM SEG files. Where there are both, a segment gets the number that `labels.json` has for its name, since files
 * that have one segment each may all call it number 1.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import { keyOf } from '@onnoise/base/labels';
import type { SegmentationHead } from '@onnoise/medical';
import { InputError, show } from '@onnoise/scheduler/rules';
import { readNnunet } from '../sources/nnunet.ts';

const NAMES_FILE = 'labels.json';
const LARGEST = 65_535;

export interface NamesFile {
  /** As it is, for the cache key. */
  text: string;
  names: ReadonlyMap<number, string>;
}

/** Undefined where the folder has none. @throws InputError where it is not what it should be */
export function readNamesFile(folder: string): NamesFile | undefined {
  let path = join(folder, NAMES_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskFailure(error, `read ${path}`);
    const nnunet = readNnunet(folder);
    if (!nnunet) return undefined;
    path = join(folder, 'dataset.json');
    text = JSON.stringify(nnunet.labels);
  }
  return { text, names: parseNames(text, path) };
}

function parseNames(text: string, path: string): Map<number, string> {
  const refuse = (received: string): never => {
    throw new InputError(
      `Cannot read label maps: ${path} must be numbers from 0 to ${LARGEST} with a name each, as {"0": "background", "1": "bone"}, received ${received}.`,
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return refuse('no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(show(value));
  const names = new Map<number, string>();
  const numbers = new Map<string, string>();
  for (const [key, name] of Object.entries(value)) {
    if (!/^(0|[1-9]\d{0,4})$/.test(key) || Number(key) > LARGEST) refuse(`the number ${show(key)}`);
    if (typeof name !== 'string' || name.trim() === '') refuse(`${show(name)} as the name of ${key}`);
    const known = numbers.get(keyOf(name));
    if (known !== undefined) refuse(`the name ${show(name)} for ${known} and ${key}`);
    numbers.set(keyOf(name), key);
    names.set(Number(key), name.trim());
  }
  return names;
}

export interface SegmentNumbers {
  names: ReadonlyMap<number, string>;
  /** [files]: the labels of the segments, by the numbers that their file has for them. */
  labels: ReadonlyMap<number, number>[];
}

/**
 * @param file what `labels.json` says
 * @throws InputError where a number means two things, or a name has no number
 */
export function numberSegments(
  files: readonly { path: string; head: SegmentationHead }[],
  file: ReadonlyMap<number, string> | undefined,
): SegmentNumbers {
  if (file !== undefined) return { names: file, labels: files.map((one) => byName(one, file)) };
  const names = new Map<number, { name: string; path: string }>();
  for (const { path, head } of files) {
    for (const { number, label } of head.segments) {
      if (label === '') continue;
      const before = names.get(number);
      if (before === undefined) names.set(number, { name: label, path });
      else if (keyOf(before.name) !== keyOf(label)) {
        throw new InputError(
          `Cannot read label maps: a number of a segment must mean one thing, received ${number} for ${show(before.name)} in ${before.path} and for ${show(label)} in ${path}. Put a ${NAMES_FILE} into the folder that gives each name its number, as {"0": "background", "1": ${show(before.name)}, "2": ${show(label)}}.`,
        );
      }
    }
  }
  return {
    names: new Map([...names].sort(([a], [b]) => a - b).map(([number, { name }]) => [number, name])),
    labels: files.map(({ head }) => new Map(head.segments.map(({ number }) => [number, number]))),
  };
}

function byName(
  { path, head }: { path: string; head: SegmentationHead },
  names: ReadonlyMap<number, string>,
): ReadonlyMap<number, number> {
  const numbers = new Map([...names].map(([number, name]) => [keyOf(name), number]));
  return new Map(
    head.segments.map(({ number, label }) => {
      const given = numbers.get(keyOf(label)) ?? (number === 0 ? 0 : undefined);
      if (given === undefined) {
        throw new InputError(
          `Cannot read label maps: ${NAMES_FILE} must have a number for each segment, received none for ${show(label)}, segment ${number} of ${path}.`,
        );
      }
      return [number, given];
    }),
  );
}
