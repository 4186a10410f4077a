/** Unpacks a ZIP of pictures into a folder. */

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withDiskErrors } from '@onnoise/base/files';
import { formatBytes, formatPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { openPromise } from 'yauzl';

/** Most bytes of an archive when it is unpacked: more would be a trap, or does not fit into memory anyway. */
const MOST_UNPACKED = 2 ** 33;

/** @throws InputError for what is no whole ZIP, and for one that is too large */
export async function unzip(path: string, folder: string): Promise<void> {
  const wrong = (reason: string): never => {
    throw new InputError(`Cannot read ${formatPath(path)}: it must be a whole ZIP, received ${reason}.`);
  };
  const zip = await openPromise(path).catch((error: Error) => wrong(`a broken one (${error.message})`));
  try {
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      unpacked += entry.uncompressedSize;
      if (unpacked > MOST_UNPACKED) wrong(`one of more than ${formatBytes(MOST_UNPACKED)} when unpacked`);
      // yauzl has refused absolute names and those that lead out of the folder.
      const file = join(folder, entry.fileName);
      const stream = await zip.openReadStreamPromise(entry);
      await withDiskErrors(`unpack ${path}`, async () => {
        await mkdir(dirname(file), { recursive: true });
        await pipeline(stream, createWriteStream(file));
      });
    }
  } catch (error) {
    // Of zlib and of yauzl: their codes, if any, are no errors of the disk.
    if (error instanceof InputError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    if ((error as Error).name === 'Failure') throw error;
    wrong(`a broken one (${(error as Error).message})`);
  } finally {
    zip.close();
  }
}
