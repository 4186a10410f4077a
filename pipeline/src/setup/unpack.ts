/** Unpacks the needed files of a wheel (a zip). The folder appears atomically, with a marker that names the wheel. */
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InputError } from '@onnoise/scheduler/rules';
import * as yauzl from 'yauzl';
import { hasFiles, listFiles } from './listing.ts';
import type { Wheel } from './wheel.ts';
import { keep } from './wheels.ts';

const MARKER = '.wheel.json';

type Marked = Pick<Wheel, 'file' | 'sha256' | 'folder'>;

/**
 * Whether `site` has the folder of exactly this wheel; `damaged` if files are missing or truncated. It does not read
 * their contents.
 */
export async function stateOf(wheel: Marked, site: string): Promise<'whole' | 'damaged' | 'absent'> {
  const folder = join(site, wheel.folder);
  try {
    const { sha256, files } = JSON.parse(await readFile(join(folder, MARKER), 'utf8'));
    if (sha256 !== wheel.sha256) return 'absent';
    return (await hasFiles(folder, files)) ? 'whole' : 'damaged';
  } catch {
    return 'absent';
  }
}

/**
 * Unpacks `zip` to `site/<folder of the wheel>` and replaces what is there, atomically.
 * @throws InputError if the zip is broken, which is then removed
 */
export async function unpack(
  zip: string,
  wheel: Marked,
  site: string,
  { onBytes, signal }: { onBytes?: (bytes: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const target = join(site, wheel.folder);
  const temporary = `${target}.unpacking`;
  await rm(temporary, { recursive: true, force: true });
  try {
    let done = 0;
    const file = await yauzl.openPromise(zip, { autoClose: false });
    try {
      for await (const entry of file.eachEntry()) {
        signal?.throwIfAborted();
        const name = keep(wheel.folder, entry.fileName);
        if (name === undefined) continue;
        const path = join(temporary, name);
        await mkdir(dirname(path), { recursive: true });
        const source = await file.openReadStreamPromise(entry);
        source.on('data', ({ length }: Buffer) => {
          done += length;
          onBytes?.(done);
        });
        // The upper half of the attributes is the mode of Unix; programs stay programs.
        const mode = (entry.externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644;
        await pipeline(source, createWriteStream(path, { mode }), signal ? { signal } : {});
      }
    } finally {
      file.close();
    }
    const { file: name, sha256 } = wheel;
    await mkdir(temporary, { recursive: true });
    const files = await listFiles(temporary);
    await writeFile(join(temporary, MARKER), `${JSON.stringify({ file: name, sha256, files }, null, 2)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    signal?.throwIfAborted();
    // What the system answers says nothing of the zip.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    await rm(zip, { force: true });
    throw new InputError(
      `Cannot unpack ${basename(zip)}: ${(error as Error).message}. It was removed; the same command downloads it again.`,
    );
  }
}
