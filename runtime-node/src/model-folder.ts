/** A model folder on disk. */
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Artefact,
  type Bytes,
  checkNetwork,
  LOADING,
  MODEL_FILES,
  missingFile,
  type NetworkFormat,
  readArtefact,
  unreadablePart,
} from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { requireSameAutoencoder } from './same-autoencoder.ts';

export interface ModelFolder extends Artefact {
  folder: string;
  /** Path of the network. */
  onnx: string;
  /** How its weights are stored. */
  format: NetworkFormat;
}

/**
 * Reads what the folder says about itself, without opening the network.
 * @throws InputError that names the file that is missing, cannot be read, is not JSON, holds something unsupported or does
 * not fit the others.
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const found = await unlessMissing(folder, 'model folder', () => stat(folder));
  if (!found?.isDirectory()) {
    throw new InputError(
      `Cannot ${LOADING}: ${folder} must be a model folder, ${found ? 'received a file' : 'but there is none'}.`,
    );
  }
  const part = <T>(path: string, read: (file: string) => Promise<T>) => {
    const file = join(folder, path);
    return unlessMissing(file, 'file', () => read(file));
  };
  const artefact = await readArtefact((path) => part(path, (file) => readFile(file)), folder);
  if (artefact.autoencoder) await requireSameAutoencoder(folder);
  const onnx = join(folder, MODEL_FILES.network);
  const file = await part(MODEL_FILES.network, (path) => open(path));
  if (file === undefined) throw missingFile(MODEL_FILES.network, folder);
  try {
    const bytes = await bytesIn(file);
    const { format } = await checkNetwork(artefact, bytes, folder);
    return { ...artefact, folder, onnx, format };
  } catch (error) {
    throw unreadablePart(error, onnx); // some systems open a folder, and refuse to read it
  } finally {
    await file.close();
  }
}

/** A file's bytes, in part; it stays open. */
async function bytesIn(file: FileHandle): Promise<Bytes> {
  const { size } = await file.stat();
  return {
    size,
    slice: (start, end) => ({
      arrayBuffer: async () => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        const { bytesRead } = await file.read(bytes, 0, undefined, start);
        return bytes.buffer.slice(0, bytesRead);
      },
    }),
  };
}

/** @returns undefined where nothing has that path. @throws InputError where it cannot be read. */
async function unlessMissing<T>(path: string, kind: 'file' | 'model folder', read: () => Promise<T>) {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadablePart(error, path, kind);
  }
}
