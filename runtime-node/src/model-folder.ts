/** A model folder on disk. */
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Artefact,
  type Bytes,
  checkNetwork,
  InputError,
  LOADING,
  MODEL_FILES,
  missingFile,
  readArtefact,
} from '@onnoise/scheduler';

export interface ModelFolder extends Artefact {
  folder: string;
  /** Path of the network. */
  onnx: string;
}

/**
 * Reads what the folder says about itself, without opening the network.
 * @throws InputError that names the file that is missing, is not JSON, holds something unsupported or does not fit the
 * others.
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const kind = await kindOf(folder);
  if (kind !== 'folder') {
    throw new InputError(
      `Cannot ${LOADING}: ${folder} must be a model folder, ${kind === 'file' ? 'received a file' : 'there is none'}.`,
    );
  }
  const artefact = await readArtefact(async (path) => {
    const file = join(folder, path);
    return (await kindOf(file)) === 'file' ? await readFile(file) : undefined;
  }, folder);
  const onnx = join(folder, MODEL_FILES.network);
  if ((await kindOf(onnx)) !== 'file') throw missingFile(MODEL_FILES.network, folder);
  const file = await open(onnx);
  try {
    await checkNetwork(artefact, await bytesIn(file), folder);
  } finally {
    await file.close();
  }
  return { ...artefact, folder, onnx };
}

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

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}
