/** Decodes image files, for the sources of a folder and of a CSV. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configureSharp, decodeImage } from './decode.ts';
import { orderedMap } from './ordered-map.ts';
import type { Frame, ImageOptions, Skipped } from './types.ts';

/** One frame: a file below the folder, or a row that is already skipped. */
export type FileItem = { path: string; label?: number; conditions?: readonly number[] } | Skipped;

/** Decodes the files of `folder` in order, as many at a time as there are cores, at most 4. */
export function decodeFiles(folder: string, items: FileItem[], options: ImageOptions): AsyncIterable<Frame> {
  configureSharp();
  const decode = async (item: FileItem): Promise<Frame> => {
    if (!('path' in item)) return item;
    try {
      const { path, ...told } = item;
      return { ...(await decodeImage(join(folder, path), options)), ...told };
    } catch (error) {
      return { file: item.path, reason: (error as Error).message };
    }
  };
  return orderedMap(items, decode, Math.max(2, Math.min(4, availableParallelism())));
}
