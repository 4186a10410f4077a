/** Identifies a model wherever its folder is: two workers with the same hash give the same pictures. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that decide what a model draws, in the order they are hashed. */
const HASHED_FILES = ['unet/model.onnx', 'unet/config.json', 'scheduler/scheduler_config.json'];

/**
 * SHA-256 over names, sizes and bytes of those files, 64 hexadecimal digits. The card and the pictures do not count.
 */
export async function hashModel(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of HASHED_FILES) {
    const path = join(folder, ...name.split('/'));
    hash.update(`${name}\0${(await stat(path)).size}\0`);
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  }
  return hash.digest('hex');
}
