/** The result of a job: its manifest, and all its pictures as one tar. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MANIFEST } from '../bulk/manifest.ts';
import { TAR_END } from '../bulk/tar.ts';

interface Manifest {
  shards: readonly { file: string; bytes: number }[];
}

export const manifestOf = (folder: string, id: string): string => join(folder, id, MANIFEST);

/**
 * The shards of a job one after the other in one tar.
 * @returns undefined where one of them is not below the folder any more, or never was
 */
export async function picturesOf(folder: string, id: string): Promise<{ bytes: number; tar: Readable } | undefined> {
  const manifest = await readFile(manifestOf(folder, id), 'utf8').catch(() => undefined);
  if (manifest === undefined) return undefined;
  const { shards } = JSON.parse(manifest) as Manifest;
  let bytes = TAR_END;
  for (const shard of shards) {
    const found = await stat(join(folder, shard.file)).catch(() => undefined);
    if (found?.size !== shard.bytes) return undefined;
    bytes += shard.bytes - TAR_END;
  }
  async function* parts() {
    for (const shard of shards) {
      const last = shard.bytes - TAR_END - 1; // each tar ends with blocks of zeros, of which one lot is wanted
      yield* createReadStream(join(folder, shard.file), { end: last });
    }
    yield Buffer.alloc(TAR_END);
  }
  return { bytes, tar: Readable.from(parts(), { objectMode: false }) };
}
