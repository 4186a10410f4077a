/** Joins all images with their label maps before any is decoded: by names, and by the images that DICOM SEG files name. */
import { kindByName } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';
import { imageShapesOf } from './image-shapes.ts';
import type { Segments } from './segments.ts';
import type { Unmatched } from './types.ts';

/** Of each image that DICOM SEG files name, these files. @param fileOf its file on disk */
export async function joinByReference(
  imagePaths: readonly string[],
  fileOf: (path: string) => string,
  segments: Segments,
): Promise<Map<string, string[]>> {
  const joined = new Map<string, string[]>();
  for (const path of imagePaths) {
    const file = fileOf(path);
    if (!['dicom', undefined].includes(kindByName(file))) continue;
    const instance = await imageShapesOf(file, { frames: 'first' })
      .then(({ dicom }) => dicom?.instance)
      .catch(() => undefined); // decoding will say why
    const files = instance ? segments.filesOf(instance) : [];
    if (files.length > 0) joined.set(path, files);
  }
  return joined;
}

export function unmatched({
  imagePaths,
  byName,
  joined,
  paths,
  folder,
}: {
  imagePaths: readonly string[];
  byName: ReadonlyMap<string, string | undefined>;
  joined: ReadonlyMap<string, string[]>;
  paths: readonly string[];
  folder: string;
}): Unmatched {
  const used = new Set<string>();
  const images: string[] = [];
  for (const path of imagePaths) {
    const named = byName.get(path);
    const sources = [...(named === undefined ? [] : [named]), ...(joined.get(path) ?? [])];
    if (named !== undefined && sources.length > 1) refuseTwo(path, sources);
    for (const source of sources) used.add(source);
    if (sources.length === 0) images.push(path);
  }
  const masks = paths.filter((path) => !used.has(path));
  if (used.size === 0 && imagePaths.length > 0) {
    throw new InputError(
      `Cannot read label maps: ${folder} must hold label maps of the images, named like them or made from them (DICOM SEG), received none for ${imagePaths[0]}, but ${masks.slice(0, 3).join(', ')}.`,
    );
  }
  return { images: images.sort(), masks };
}
/** Throws InputError for an image with two label maps. */
export function refuseTwo(path: string, sources: readonly string[]): never {
  throw new InputError(
    `Cannot read label maps: label maps must be one for each image, received ${sources.slice(0, 2).join(' and ')} for ${path}.`,
  );
}
