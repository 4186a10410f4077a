/** Folders that this program wrote hold pictures that no one took: they are not data. */
import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { isBelow, placeOf } from './output.ts';

/** What a run has from its first step on, also when its checkpoints were deleted. */
const RUN_FILES = ['config.json', 'data.json', 'metrics.jsonl'];

/** What a folder with these names in it is: `a run`, `a model`; undefined if neither. */
export function ownFolder(names: readonly string[]): 'a run' | 'a model' | undefined {
  if (names.includes('model_index.json')) return 'a model';
  return RUN_FILES.every((name) => names.includes(name)) ? 'a run' : undefined;
}

/**
 * Makes sure that prepared images do not lie among those that they are made of. Below a name that begins with a dot they may:
 * no image is looked for there.
 * @throws InputError
 */
export async function requireCacheApart(cacheDir: string, data: string): Promise<void> {
  const images = data === 'digits' ? undefined : await realpath(data).catch(() => undefined);
  if (images === undefined) return;
  const place = await placeOf(cacheDir);
  const below = relative(images, place).split(sep);
  if ((place !== images && !isBelow(place, images)) || below.some((name) => name.startsWith('.'))) return;
  throw new InputError(
    `Cannot prepare the images of ${data}: --cache-dir must lie outside the folder of the images, ${JSON.stringify(data)}, received ${JSON.stringify(cacheDir)}.`,
  );
}

/**
 * Makes sure that what is written does not count as an image of the data later.
 * @param option the option that names the path
 * @param kind a file must lie outside of the folder of the images; a folder may lie in it, but not be it
 * @param data where the images come from, as the user gave it
 * @throws InputError
 */
export async function requireApartFromData(
  option: string,
  path: string,
  kind: 'file' | 'folder',
  data: string | undefined,
): Promise<void> {
  // In the built-in digits, and in what is no folder, nothing can lie.
  const images = data === undefined || data === 'digits' ? undefined : await realpath(data).catch(() => undefined);
  if (images === undefined) return;
  const place = await placeOf(path);
  const [shown, received] = [JSON.stringify(data), JSON.stringify(path)];
  if (kind === 'folder' && place === images) {
    throw new InputError(
      `Cannot write ${path}: ${option} must not be the folder of the images, ${shown}, received ${received}.`,
    );
  }
  if (kind === 'file' && isBelow(place, images)) {
    throw new InputError(
      `Cannot write ${path}: ${option} must lie outside the folder of the images, ${shown}, where it would count as an image, received ${received}.`,
    );
  }
}
