/** Decodes image files, for the sources of a folder and of a CSV. */
import { join } from 'node:path';
import { configureSharp, decodeImage } from './decode.ts';
import { orderedMap } from './ordered-map.ts';
import type { Frame, ImageOptions, Skipped } from './types.ts';

/** One frame: a file below the folder, or a row that is already skipped. */
export type FileItem = { path: string; label?: number; conditions?: readonly number[] } | Skipped;

/**
 * Pictures that are being decoded or wait for their turn to be written, at most: three for each of libuv's four threads, so
 * that none is idle while one picture takes longer than its neighbours. Fewer where the squares are large, [size, size, 3].
 */
const aheadFor = (size: number) => Math.max(4, Math.min(12, Math.floor(2 ** 25 / (3 * size * size))));

/** Decodes the files of `folder` in order, several at a time. */
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
  return orderedMap(items, decode, aheadFor(options.size));
}
