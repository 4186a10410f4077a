/** Identifies a model wherever its folder is: two workers with the same hash give the same pictures. */
import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { externalFiles, MODEL_FILES, missingFile } from '@onnoise/scheduler/model';

/** The files that decide what a model draws, in the order they are hashed; then those where the first keeps weights. */
const HASHED_FILES = [MODEL_FILES.network, MODEL_FILES.unet, MODEL_FILES.scheduler];

/**
 * SHA-256 over names, sizes and bytes of those files, 64 hexadecimal digits. The card and the pictures do not count.
 * @throws InputError when a file of weights is missing
 */
export async function hashModel(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const add = async (name: string, size: number) => {
    hash.update(`${name}\0${size}\0`);
    for await (const bytes of createReadStream(join(folder, name))) hash.update(bytes as Buffer);
  };
  const vae = [MODEL_FILES.vae, MODEL_FILES.decoder, MODEL_FILES.encoder];
  const decodes = await stat(join(folder, MODEL_FILES.vae)).catch(() => undefined);
  for (const name of [...HASHED_FILES, ...(decodes ? vae : [])]) await add(name, (await stat(join(folder, name))).size);
  for (const weights of await externalFiles(await openAsBlob(join(folder, MODEL_FILES.network)))) {
    const name = `${dirname(MODEL_FILES.network)}/${weights}`;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found?.isFile()) throw missingFile(name, folder);
    await add(name, found.size);
  }
  return hash.digest('hex');
}
