/** Whether the autoencoder of a model folder is the one whose latents its network learnt. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOADING, MODEL_FILES, missingFile } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

/** SHA-256 (hex) of a configuration and both graphs: latents of another autoencoder mean something else. */
export function hashAutoencoder(parts: { config: Uint8Array; encoder: Uint8Array; decoder: Uint8Array }): string {
  const hash = createHash('sha256');
  for (const part of [parts.config, parts.encoder, parts.decoder]) hash.update(part);
  return hash.digest('hex');
}

/**
 * Does nothing for a folder whose training.json names none, as one from elsewhere.
 * @throws InputError for another autoencoder, and for a missing part of it
 */
export async function requireSameAutoencoder(folder: string): Promise<void> {
  const read = (path: string) =>
    readFile(join(folder, ...path.split('/'))).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? missingFile(path, folder) : error;
    });
  const [config, encoder, decoder] = await Promise.all(
    [MODEL_FILES.vae, MODEL_FILES.encoder, MODEL_FILES.decoder].map(read),
  );
  const learnt = await hashLearnt(folder);
  if (learnt === undefined) return;
  if (learnt === hashAutoencoder({ config: config!, encoder: encoder!, decoder: decoder! })) return;
  throw new InputError(
    `Cannot ${LOADING}: ${folder}/vae must be the autoencoder that the network learnt from, received another. ` +
      `Copy that one back, or remove autoencoderHash from ${MODEL_FILES.training} to mix them.`,
  );
}

async function hashLearnt(folder: string): Promise<string | undefined> {
  try {
    const { settings } = JSON.parse(await readFile(join(folder, MODEL_FILES.training), 'utf8'));
    const hash: unknown = settings?.training?.autoencoderHash;
    return typeof hash === 'string' ? hash : undefined;
  } catch {
    return undefined; // sampling does not need it
  }
}
