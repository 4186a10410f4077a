/**
 * Files that belong to images by their names, such as label maps: `a/b.png` has `a/b.<any extension>`, or `a/b` followed by one
 * of some endings. `.nii.gz` counts as one extension, and numbers after a dot as part of a name.
 */
import { extensionOf } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';

/** Endings of the names of label maps. */
export const MASK_ENDINGS = ['_mask', '-mask', '_seg', '-seg', '_label'] as const;

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
  /** Ascending. */
  unmatched: { images: string[]; companions: string[] };
}

/**
 * Finds the companion of each image. A companion that is named exactly like one image is not taken for another's.
 * @param imagePaths, companionPaths below their folders, with forward slashes
 * @throws InputError where two companions fit one image, or one companion fits two images
 */
export function matchCompanions(
  imagePaths: readonly string[],
  companionPaths: readonly string[],
  { endings = [], action = 'read companions', noun = 'companions' }: CompanionOptions = {},
): Companions {
  const images = new Map<string, string>();
  for (const path of imagePaths) images.set(stemOf(path), path);
  const owners = new Map<string, string[]>();
  for (const path of companionPaths) {
    const stem = stemOf(path);
    const owner = images.has(stem) ? stem : shortened(stem, endings).find((shorter) => images.has(shorter));
    if (owner === undefined) continue;
    const found = owners.get(owner);
    if (found) found.push(path);
    else owners.set(owner, [path]);
  }
  for (const [stem, found] of owners) {
    if (found.length === 1) continue;
    throw new InputError(
      `Cannot ${action}: ${noun} must be one for each image, received ${found.sort().join(' and ')} for ${images.get(stem)}.`,
    );
  }
  const paths = imagePaths.map((path) => owners.get(stemOf(path))?.[0]);
  refuseShared(imagePaths, paths, { action, noun });
  const used = new Set(paths);
  return {
    paths,
    unmatched: {
      images: imagePaths.filter((_, i) => paths[i] === undefined).sort(),
      companions: companionPaths.filter((path) => !used.has(path)).sort(),
    },
  };
}

function refuseShared(
  imagePaths: readonly string[],
  paths: Companions['paths'],
  { action, noun }: { action: string; noun: string },
): void {
  const owner = new Map<string, string>();
  for (const [i, path] of paths.entries()) {
    if (path === undefined) continue;
    const before = owner.get(path);
    if (before !== undefined) {
      throw new InputError(
        `Cannot ${action}: ${noun} must each belong to one image, received ${path} for ${before} and ${imagePaths[i]}.`,
      );
    }
    owner.set(path, imagePaths[i]!);
  }
}

/** Names are compared in Unicode's composed form, as macOS writes the other. */
const stemOf = (path: string) => path.slice(0, path.length - extensionOf(path).length).normalize('NFC');

const shortened = (stem: string, endings: readonly string[]) =>
  endings.filter((ending) => stem.endsWith(ending)).map((ending) => stem.slice(0, -ending.length));
