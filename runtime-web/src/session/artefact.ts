/** A model folder at a URL, or as files picked in the page. */
import { LOADING, MODEL_FILES, type ReadModelFile } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type DownloadOptions, download } from './download.ts';

/** A folder's files by their path in it: `{'unet/model.onnx': file, ...}`. A URL or a text is the address of one. */
export type ModelFiles = Readonly<Record<string, Blob | Uint8Array<ArrayBuffer> | URL | string>>;

/** A file's bytes, by its path in the folder; undefined if it is missing. @throws InputError if it is incomplete. */
export type ReadFile = (
  path: string,
  options?: Omit<DownloadOptions, 'action'>,
) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** A model works without these: at a URL, a failed fetch counts as a missing file. */
const OPTIONAL: readonly string[] = [MODEL_FILES.index, MODEL_FILES.evaluation];

/** Returns a reader of the folder's files. If a URL refuses a file that the model needs, the error says why. */
export function openFolder(source: string | URL | ModelFiles): ReadFile {
  if (typeof source === 'string' || source instanceof URL) {
    const folder = String(source).replace(/\/+$/, '');
    return (path, options) => fetchFile(`${folder}/${path}`, path, options);
  }
  return async (path, options = {}) => {
    const { onProgress, signal } = options;
    const file = findFile(source, path);
    if (file === undefined) return undefined;
    if (typeof file === 'string' || file instanceof URL) return fetchFile(String(file), path, options);
    const total = file instanceof Uint8Array ? file.length : file.size;
    onProgress?.(0, total);
    const bytes = file instanceof Uint8Array ? file : await readBlob(path, file);
    signal?.throwIfAborted();
    onProgress?.(total, total);
    return bytes;
  };
}

async function fetchFile(url: string, path: string, options: Parameters<ReadFile>[1] = {}) {
  try {
    return await download(url, { action: LOADING, ...options });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (OPTIONAL.includes(path)) return undefined;
    throw error;
  }
}

/** For `readArtefact`. */
export const withSignal =
  (read: ReadFile, signal: AbortSignal | undefined): ReadModelFile =>
  (path) =>
    read(path, { signal });

/** Matches the path, else its end (a parent folder was picked), else the file's name (single files were picked). */
function findFile(files: ModelFiles, path: string): ModelFiles[string] | undefined {
  if (Object.hasOwn(files, path)) return files[path];
  const names = Object.keys(files);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = names.filter((key) => key.endsWith(`/${path}`));
  if (found.length === 1) return files[found[0]!];
  return Object.hasOwn(files, name) ? files[name] : undefined;
}

async function readBlob(path: string, file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new InputError(`Cannot ${LOADING}: ${path} must be readable, received "${(error as Error).message}".`);
  }
}
