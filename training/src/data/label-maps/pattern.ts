/** Label maps that lie beside the images, or in a folder next to them, and are told apart by a pattern: `*_seg.nii.gz`. */
import { statSync } from 'node:fs';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { isPattern, keyOf } from '../set/channel-patterns.ts';
import { matchCompanions } from './companions.ts';
import { requireFolder } from './folder.ts';
import type { ChosenMaps } from './types.ts';

const ACTION = 'read label maps';

/** Whether `--masks` is a pattern: a folder of that name comes first. */
export const isMaskPattern = (masks: string): boolean =>
  masks.includes('*') && statSync(masks, { throwIfNoEntry: false }) === undefined;

/**
 * A map belongs to the image of its key: that of the files of its channels, or its path without the extension.
 * @param data folder of the images
 * @throws InputError for a pattern without one `*`, and where `data` is no folder
 */
export async function mapsOfPattern(data: string, pattern: string): Promise<ChosenMaps> {
  if (!isPattern(pattern)) refuse(ACTION, '--masks', 'a folder or a pattern with one *', pattern);
  await requireFolder(data);
  return {
    folder: data,
    pattern,
    has: (path) => keyOf(path, pattern) !== undefined,
    of(imagePaths, maps, options) {
      const { paths } = matchCompanions(imagePaths, maps, { ...options, nameOf: (path) => keyOf(path, pattern)! });
      return new Map(imagePaths.flatMap((path, i) => (paths[i] === undefined ? [] : [[path, paths[i]]])));
    },
  };
}

/** Throws InputError for a pattern without label maps. @param count of files that might have been some */
export function refuseUnmatched(pattern: string, count: number): never {
  throw new InputError(
    `Cannot ${ACTION}: the pattern of --masks must match a file of the folder, received ${pattern}, which matches none of ${count}.`,
  );
}
