/** Finds the image that a CSV row's id names. */

import type { ImageFile } from '@onnoise/base/folders';
import { extensionOf } from '@onnoise/base/pictures';

/** The image, or why there is none: a clause. */
export type Found = { image: ImageFile } | { reason: string };

/** Numbers after a dot are part of a name; see kinds.ts. */
const withoutExtension = (path: string) => path.slice(0, path.length - extensionOf(path).length);
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const depthOf = (path: string) => path.split('/').length;

/**
 * Finds `<id>.png`, else another image of that name, else a file named exactly `id`. An id may be a path below the
 * folder; otherwise the search covers all sub-folders and takes the shallowest match. Two equally good matches count as
 * none, because the id does not say which is meant.
 */
export function imageFinder(images: ImageFile[]): (id: string) => Found {
  const byName = groupBy(images, (path) => [path, nameOf(path)]);
  const byStem = groupBy(images, (path) => [withoutExtension(path), withoutExtension(nameOf(path))]);
  const byNumber = groupBy(images, (path) => [withoutZeros(withoutExtension(nameOf(path)))]);
  return (id) => {
    const candidates = byName.get(`${id}.png`) ?? byStem.get(id) ?? byName.get(id);
    if (candidates) return shallowest(candidates);
    const other = /^[0-9]+(\.[a-z]+)?$/i.test(id) ? byNumber.get(withoutZeros(withoutExtension(id)))?.[0] : undefined;
    const hint = other ? `; ${other.path} has another number of leading zeros` : '';
    return { reason: `missing: the CSV names it, but the folder does not have it${hint}` };
  };
}

function shallowest(candidates: ImageFile[]): Found {
  const depth = Math.min(...candidates.map(({ path }) => depthOf(path)));
  const best = candidates.filter(({ path }) => depthOf(path) === depth);
  if (best.length === 1) return { image: best[0]! };
  const named = best.slice(0, 3).map(({ path }) => path);
  return { reason: `ambiguous: ${best.length} images have that name (${named.join(', ')}); give the path as its id` };
}

const withoutZeros = (stem: string) => stem.replace(/^0+(?=[0-9])/, '');

/** Images by each of their keys; names are compared in Unicode's composed form. */
function groupBy(images: ImageFile[], keysOf: (path: string) => string[]): Map<string, ImageFile[]> {
  const groups = new Map<string, ImageFile[]>();
  for (const image of images) {
    for (const key of new Set(keysOf(image.path.normalize('NFC')))) {
      const group = groups.get(key);
      if (group) group.push(image);
      else groups.set(key, [image]);
    }
  }
  return groups;
}
