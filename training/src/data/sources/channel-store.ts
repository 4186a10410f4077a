/**
 * A folder in which each image is several files, one for each channel. To the sources that read a folder, by its sub-folders
 * or by a CSV, each image is one file whose path is the key that its files have in common.
 */
import { resolve } from 'node:path';
import type { Skipped } from '@onnoise/base/folders';
import { hasImageName, type ImageFile } from '@onnoise/base/folders';
import { plural } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { type ChannelPatterns, keyOf, pathOf } from '../set/channel-patterns.ts';
import type { Beside } from '../set/types.ts';
import { countPictures } from './count-pictures.ts';
import { decodeChannels } from './decode-channels.ts';
import { areNamedAfterPatients, openFolderStore, type Store } from './store.ts';

/** Files to name in a note. */
const NAMED = 3;

/** The files that patterns match. */
interface Matched {
  /** By key and channel. */
  files: Map<string, Map<string, ImageFile[]>>;
  /** Why files that a pattern matches cannot be read, by their paths. */
  unread: Map<string, string>;
  /** Paths of images that no pattern matches. */
  others: string[];
}

/** @throws InputError for a pattern that matches nothing, a file that two match, and where no image has all channels */
export function openChannelStore(folder: string, patterns: ChannelPatterns, beside?: Beside): Store {
  const below = openFolderStore(folder, beside);
  const names = Object.keys(patterns);
  const { files, unread, others } = match(below, patterns);
  const whole = new Map<string, ImageFile[]>();
  const lacking: (Skipped & { key: string })[] = [];
  for (const key of [...files.keys()].sort()) {
    const found = files.get(key)!;
    const wrong = names.find((name) => found.get(name)?.length !== 1);
    const each = names.map((name) => found.get(name)?.[0]);
    if (wrong === undefined) whole.set(key, each as ImageFile[]);
    else lacking.push({ key, ...lack(key, names, found, patterns, unread) });
  }
  if (whole.size === 0) {
    const [first] = lacking;
    throw new InputError(
      `Cannot prepare images: ${folder} must have images with all of ${names.join(', ')}, received none. First, ${first!.key}: ${first!.reason}.`,
    );
  }
  const images = [...whole].map(([path, each]): ImageFile => ({ path, ...sumOf(each) }));
  const filesOf = (key: string) => whole.get(key)!.map(({ path }) => path);
  const firstFile = (key: string) => filesOf(key)[0]!;
  const firstOf = (keys: readonly string[]) => keys.map(firstFile);
  const idsOf = (key: string) => [key, key.slice(key.lastIndexOf('/') + 1)];
  return {
    ...below,
    images,
    aliases: new Map(),
    skipped: [
      ...below.skipped.filter(({ file }) => !hasImageName(file)),
      ...lacking.map(({ file, reason }) => ({ file, reason })),
    ],
    channelNames: names,
    firstFile,
    lacking: new Map(lacking.flatMap(({ key, reason }) => idsOf(key).map((id) => [id, reason]))),
    notes: notesOn(others),
    identityOf: (listed, skipped) => {
      const all = listed.map(({ path }) => [
        path,
        whole.get(path)!.map((file) => [file.path, file.bytes, file.modified]),
      ]);
      return JSON.stringify([resolve(folder), Object.entries(patterns), all, skipped]);
    },
    count: (keys, { frames, axis }) => countPictures(folder, firstOf(keys), frames, axis),
    refuseClasses: async (keys, classes) => {
      if (new Set(classes).size === keys.length)
        return 'The sub-folders are not used as classes, since each holds one image.';
      if (!(await areNamedAfterPatients(folder, firstOf(keys), classes))) return undefined;
      return 'The sub-folders are not used as classes, since one is named after the patient of its files.';
    },
    decodeFile: (key, options) => {
      const files = filesOf(key).map((path, i) => ({ name: names[i]!, path }));
      return decodeChannels(folder, files, options);
    },
  };
}

function match({ images, skipped }: Store, patterns: ChannelPatterns): Matched {
  const matched: Matched = { files: new Map(), unread: new Map(), others: [] };
  const hits = new Set<string>();
  const each = Object.entries(patterns);
  const matchesOf = (path: string) =>
    each.flatMap(([name, pattern]) => {
      const key = keyOf(path, pattern);
      return key === undefined ? [] : [{ name, pattern, key }];
    });
  for (const image of images) {
    const [first, second] = matchesOf(image.path);
    if (second) refuseTwo(image.path, first!, second);
    if (!first) {
      matched.others.push(image.path);
      continue;
    }
    const { name, key } = first;
    hits.add(name);
    const found = matched.files.get(key) ?? new Map<string, ImageFile[]>();
    matched.files.set(key, found.set(name, [...(found.get(name) ?? []), image]));
  }
  for (const { file, reason } of skipped) if (matchesOf(file).length > 0) matched.unread.set(file, reason);
  const none = each.find(([name]) => !hits.has(name));
  if (none) {
    const [name, pattern] = none;
    throw new InputError(
      `Cannot prepare images: the pattern of ${name} in --channels must match an image of the folder, received ${pattern}, which matches none of ${images.length}.`,
    );
  }
  return matched;
}

function refuseTwo(path: string, ...both: { name: string; pattern: string }[]): never {
  const [one, other] = both.map(({ name, pattern }) => `${name}=${pattern}`);
  throw new InputError(
    `Cannot prepare images: each file must match one pattern of --channels, received ${path}, which ${one} and ${other} match.`,
  );
}

/** Why a key cannot be used: files that are missing, or there twice. */
function lack(
  key: string,
  names: readonly string[],
  found: ReadonlyMap<string, readonly ImageFile[]>,
  patterns: ChannelPatterns,
  unread: ReadonlyMap<string, string>,
): Skipped {
  const twice = names.find((name) => (found.get(name)?.length ?? 0) > 1);
  if (twice !== undefined) {
    const paths = found.get(twice)!.map(({ path }) => path);
    return {
      file: paths[0]!,
      reason: `ambiguous: ${key} has ${paths.length} files for ${twice} (${paths.join(', ')})`,
    };
  }
  const missing = names.filter((name) => !found.has(name));
  const wanted = missing.map((name) => pathOf(key, patterns[name]!));
  const broken = [...unread].find(([path]) => missing.some((name) => keyOf(path, patterns[name]!) === key));
  if (broken) return { file: broken[0], reason: broken[1] };
  return { file: wanted[0]!, reason: `missing: ${key} needs it for ${missing.join(' and ')}` };
}

/** As one file: when the newest was written. */
const sumOf = (files: readonly ImageFile[]): Omit<ImageFile, 'path'> => ({
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  modified: Math.max(...files.map(({ modified }) => modified)),
});

function notesOn(others: readonly string[]): string[] {
  if (others.length === 0) return [];
  const named = others.slice(0, NAMED).join(', ') + (others.length > NAMED ? ', ...' : '');
  return [`Left out: ${plural(others.length, 'image')} that no pattern of --channels matches (${named}).`];
}
