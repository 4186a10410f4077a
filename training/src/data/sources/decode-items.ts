/** Decodes the files of a set in order, several at a time. */

import { diskReason, Failure } from '@onnoise/base/files';
import type { Skipped } from '@onnoise/base/folders';
import { needsResize } from '@onnoise/base/labels';
import { configureSharp, type ImageOptions, orderedMap, type Picture, type Unusable } from '@onnoise/base/pictures';
import { type Extent, extentOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { Beside, BesidePicture, Frame } from '../set/types.ts';
import { compareViews } from './places.ts';

/** What is said of a file beside its pixels, which holds for all of its pictures. */
interface Told {
  label?: number;
  /** What it is held out with; empty where that is not known. */
  group?: string;
  conditions?: readonly number[];
}

/** A file of the set, or a row that is already skipped. */
export type FileItem = ({ path: string } & Told) | Skipped;

/**
 * Files that are being decoded or wait for their turn to be written, at most: three for each of libuv's four threads, so
 * that none is idle while one picture takes longer than its neighbours. Fewer where they are large.
 */
const aheadFor = ({ width, height }: Extent) => Math.max(4, Math.min(12, Math.floor(2 ** 25 / (3 * width * height))));

/**
 * A file that cannot be used is skipped with its reason.
 * @param beside what lies beside the pictures; a picture without is skipped
 * @param decode gives the pictures of a file. Its InputErrors and Failures end the work: they are about more than a file.
 */
export async function* decodeItems(
  items: readonly FileItem[],
  decode: (path: string) => Promise<(Picture | Unusable)[]>,
  { size }: ImageOptions,
  beside?: Beside,
): AsyncGenerator<Frame> {
  configureSharp();
  const toFrames = async ({ item, source }: { item: FileItem; source: number }): Promise<Frame[]> => {
    if (!('path' in item)) return [item];
    const { path, group, ...told } = item;
    // In words of its own: what groups images otherwise must not be taken for it.
    const own = group === undefined ? [] : [group === '' ? '' : `group ${group}`];
    try {
      const pictures = await decode(path);
      const others = await beside?.of(path, pictures);
      return pictures.map((picture, i) => {
        if ('reason' in picture) return { file: path, ...picture };
        const other = others && besideAt(others, i, pictures);
        if (other && 'reason' in other) return { file: path, ...other };
        const { groups = [], ...rest } = picture;
        return { ...rest, ...told, ...(other && { beside: other }), groups: [...own, ...groups], source };
      });
    } catch (error) {
      if (error instanceof InputError || error instanceof Failure) throw error;
      return [{ file: path, reason: diskReason(error) ?? (error as Error).message }];
    }
  };
  for await (const frames of orderedMap(numbered(items), toFrames, aheadFor(extentOf(size)))) yield* frames;
}

/** One reason holds for all pictures of a file. */
function besideAt(
  others: readonly (BesidePicture | Unusable)[],
  i: number,
  pictures: readonly (Picture | Unusable)[],
): BesidePicture | Unusable {
  const [first] = others;
  if (first && others.length === 1 && 'reason' in first) return first;
  const { length: count } = pictures;
  if (others.length !== count) return { reason: `it has ${count} pictures, and ${others.length} lie beside them` };
  return inPlace(others[i]!, pictures[i]!);
}

/**
 * What shows another place than its image, or is cropped or padded otherwise, would lie beside it wrongly. Proportions speak where a
 * file does not say where it lies. Masks were looked at before.
 */
function inPlace(other: BesidePicture | Unusable, picture: Picture | Unusable): BesidePicture | Unusable {
  if ('reason' in other || 'reason' in picture || !other.origin || !picture.origin) return other;
  const views = compareViews(other.origin, picture.origin);
  if (views === 'same') return other;
  if (views !== 'unknown') {
    return { reason: `what lies beside it shows another place, ${views.apart}: resample it onto the image` };
  }
  try {
    needsResize(other.origin, picture.origin);
    return other;
  } catch (error) {
    return { reason: `what lies beside it has other proportions: ${(error as Error).message}` };
  }
}

const numbered = (items: readonly FileItem[]) => items.map((item, source) => ({ item, source }));
