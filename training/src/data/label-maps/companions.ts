/**
 * Files that belong to images by their names, such as label maps: `a/b.png` has `a/b.<any extension>`, or `a/b` followed by one
 * of some endings. `.nii.gz` counts as one extension, and numbers after a dot as part of a name.
 */
import { extensionOf } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';

/** Endings of the names of label maps. */
export const MASK_ENDINGS: readonly string[] = ['_mask', '-mask', '_seg', '-seg', '_label'];

export interface CompanionOptions {
  /** Accepted after an image's name. Default none. */
  endings?: readonly string[];
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
  let shorter = imagePaths;
  let paths = pathsFor(shorter, companionPaths, options);
  while (paths.every((path) => path === undefined)) {
    const folder = shorter[0]?.match(/^[^/]+\//)?.[0];
    if (folder === undefined || !shorter.every((path) => path.startsWith(folder))) break;
    shorter = shorter.map((path) => path.slice(folder.length));
    paths = pathsFor(shorter, companionPaths, options);
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

function pathsFor(
  imagePaths: readonly string[],
  companionPaths: readonly string[],
  options: CompanionOptions,
): Companions['paths'] {
  const names = new Set(imagePaths.map(stemOf));
  const find = companionFinder(companionPaths, options, (stem) => names.has(stem));
  const owners = new Map<string, string>();
  return imagePaths.map((image) => {
    const path = find(image);
    const owner = path && owners.get(path);
    if (owner !== undefined) refuse(options, 'must each belong to one image', `${path} for ${owner} and ${image}`);
    if (path !== undefined) owners.set(path, image);
    return path;
  });
}

/**
 * The same for one image after the other.
 * @param isImage whether there is an image of this name, without its extension
 * @returns a function that throws InputError where two companions fit an image
 */
export function companionFinder(
  companionPaths: readonly string[],
  options: CompanionOptions = {},
  isImage: (stem: string) => boolean = () => false,
): (imagePath: string) => string | undefined {
  const byStem = new Map<string, string[]>();
  for (const path of companionPaths) {
    const before = byStem.get(stemOf(path));
    if (before) before.push(path);
    else byStem.set(stemOf(path), [path]);
  }
  return (image) => {
    const stem = stemOf(image);
    const others = (options.endings ?? []).map((ending) => stem + ending).filter((other) => !isImage(other));
    const found = [stem, ...others].flatMap((name) => byStem.get(name) ?? []);
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

/** Names are compared in Unicode's composed form: macOS writes the other. */
const stemOf = (path: string) => path.slice(0, path.length - extensionOf(path).length).normalize('NFC');
