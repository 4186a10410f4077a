/** A model as its package exports it: addresses of files, which in Node lie in one folder. */
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOADING, MODEL_FILES } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';

/** `file:` URLs of a folder's files, by their path in it. */
export type ModelFiles = Readonly<Record<string, URL>>;

/** @throws InputError for URLs that are no files of one model folder. */
export function folderOf(source: string | URL | ModelFiles): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return pathOf(source);
  const network = source[MODEL_FILES.network];
  if (network === undefined)
    refuse(LOADING, 'the files', `those of a folder with ${MODEL_FILES.network}`, Object.keys(source));
  const path = pathOf(network);
  const end = join(sep, MODEL_FILES.network);
  if (!path.endsWith(end)) refuse(LOADING, MODEL_FILES.network, 'a file of that name', path);
  return path.slice(0, -end.length);
}

function pathOf(url: URL): string {
  if (url.protocol !== 'file:') refuse(LOADING, 'its address', 'a file: URL', url.href);
  return fileURLToPath(url);
}
