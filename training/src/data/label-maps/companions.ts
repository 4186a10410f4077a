/**
 * Files that belong to images by their names, such as label maps: `a/b.png` has `a/b.<any extension>`, or `a/b` followed by one
 * of some endings. `.nii.gz` counts as one extension, and numbers after a dot as part of a name. An image of several files has the
 * key that these share, and the name of its first file.
 */
import { extensionOf } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';

/** Endings of the names of label maps. */
export const MASK_ENDINGS: readonly string[] = ['_mask', '-mask', '_seg', '-seg', '_label'];

export interface CompanionOptions {
  /** Accepted after an image's name. Default none. */
  endings?: readonly string[];
  /** The name of the image that a companion belongs to. Default: its own, without the extension. */
  nameOf?: (companionPath: string) => string;
  /** Where images are several files each, the first of one, whose path is then a key without an extension. */
  firstFile?: ((key: string) => string) | undefined;
  /** For sentences. Default `read companions` and `companions`. */
  action?: string;
  noun?: string;
}

export interface Companions {
  /** [images]: of each image its companion, or undefined. */
  paths: (string | undefined)[];
  /** Those without the other; ascending. */
  unmatched: { images: string[]; companions: string[] };
}

/**
 * Finds the companion of each image. One that is named exactly like an image belongs to that image alone. Where none has the path
 * of an image, the folders that all images share are left out of theirs, one after the other: `images/1.png` then has `1.png`.
 * @param imagePaths, companionPaths below their folders, with forward slashes
 * @throws InputError where two companions fit one image, or one companion fits two images
 */
export function matchCompanions(
  imagePaths: readonly string[],
  companionPaths: readonly string[],
  options: CompanionOptions = {},
): Companions {
  let stems = imagePaths.map((path) => stemsOf(path, options));
  let paths = pathsFor(imagePaths, stems, companionPaths, options);
  while (paths.every((path) => path === undefined)) {
    const shorter = withoutFolder(stems);
    if (shorter === undefined) break;
    stems = shorter;
    paths = pathsFor(imagePaths, stems, companionPaths, options);
  }
  const used = new Set(paths);
  return {
    paths,
    unmatched: {
      images: imagePaths.filter((_, i) => paths[i] === undefined).sort(),
      companions: companionPaths.filter((path) => !used.has(path)).sort(),
    },
  };
}

/** Without the first folder of the keys, and of the names of files, as far as all share it; undefined where neither do. */
function withoutFolder(stems: readonly (readonly string[])[]): string[][] | undefined {
  const shared = stems[0]?.map((stem, k) => {
    const folder = stem.match(/^[^/]+\//)?.[0] ?? '';
    return stems.every((each) => each[k]!.startsWith(folder)) ? folder.length : 0;
  });
  if (shared === undefined || shared.every((length) => length === 0)) return undefined;
  return stems.map((each) => each.map((stem, k) => stem.slice(shared[k])));
}

function pathsFor(
  imagePaths: readonly string[],
  stems: readonly (readonly string[])[],
  companionPaths: readonly string[],
  options: CompanionOptions,
): Companions['paths'] {
  const names = new Set(stems.flat());
  const find = stemFinder(companionPaths, options, (stem) => names.has(stem));
  const owners = new Map<string, string>();
  return imagePaths.map((image, i) => {
    const path = find(image, stems[i]!);
    const owner = path && owners.get(path);
    if (owner !== undefined) refuse(options, 'must each belong to one image', `${path} for ${owner} and ${image}`);
    if (path !== undefined) owners.set(path, image);
    return path;
  });
}

/**
 * The same for one image after the other.
 * @returns a function that throws InputError where two companions fit an image
 */
export function companionFinder(
  companionPaths: readonly string[],
  options: CompanionOptions = {},
): (imagePath: string) => string | undefined {
  const find = stemFinder(companionPaths, options, () => false);
  return (image) => find(image, stemsOf(image, options));
}

/** @param isImage whether there is an image of this name, without its extension */
function stemFinder(
  companionPaths: readonly string[],
  options: CompanionOptions,
  isImage: (stem: string) => boolean,
): (imagePath: string, stems: readonly string[]) => string | undefined {
  const byStem = new Map<string, string[]>();
  for (const path of companionPaths) {
    const stem = (options.nameOf ?? stemOf)(path);
    const before = byStem.get(stem);
    if (before) before.push(path);
    else byStem.set(stem, [path]);
  }
  return (image, stems) => {
    const others = stems.flatMap((stem) => (options.endings ?? []).map((ending) => stem + ending));
    const names = new Set([...stems, ...others.filter((other) => !isImage(other))]);
    const found = [...names].flatMap((name) => byStem.get(name) ?? []);
    if (found.length > 1)
      refuse(options, 'must be one for each image', `${found.slice(0, 2).join(' and ')} for ${image}`);
    return found[0];
  };
}

function refuse(
  { action = 'read companions', noun = 'companions' }: CompanionOptions,
  rule: string,
  received: string,
): never {
  throw new InputError(`Cannot ${action}: ${noun} ${rule}, received ${received}.`);
}

/** What the name of a companion begins with: as many of each image. */
const stemsOf = (path: string, { firstFile }: CompanionOptions): string[] =>
  firstFile === undefined ? [stemOf(path)] : [path.normalize('NFC'), stemOf(firstFile(path))];

/** Names are compared in Unicode's composed form: macOS writes the other. */
const stemOf = (path: string) => path.slice(0, path.length - extensionOf(path).length).normalize('NFC');
