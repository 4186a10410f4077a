/** Where pictures lie on the disk: a folder, an array or IDX files as they are; a ZIP and shards are unpacked for the time. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { checkWritable, makeFolder, withDiskErrors } from '@onnoise/base/files';
import { CLASS_COLUMN, MANIFEST, TABLE, unpackShards } from './shards.ts';
import { unzip } from './zip.ts';

export interface PicturePlace {
  /** What a reader of images takes. */
  data: string;
  /** A table beside them, with the column of their classes and those of their numbers. */
  table?: { csv: string; labelColumn?: string | undefined; conditions: string[] } | undefined;
  /** Where prepared images are cached: with unpacked pictures, so that nothing of them stays. */
  cacheDir: string;
  /** Removes what was unpacked. */
  close(): Promise<void>;
}

/** @throws InputError for an archive that is cut or damaged; what is no picture at all, the reader of images refuses */
export async function openPlace(path: string, cacheDir: string): Promise<PicturePlace> {
  const found = await stat(path).catch(() => undefined);
  const zipped = found?.isFile() === true && extname(path).toLowerCase() === '.zip';
  const sharded = found?.isDirectory() === true && existsSync(join(path, MANIFEST));
  if (!zipped && !sharded) return { data: path, cacheDir, close: async () => {} };
  await checkWritable('--cache-dir', cacheDir, 'folder');
  const root = await withDiskErrors(`unpack ${path}`, async () => {
    await makeFolder(cacheDir);
    return mkdtemp(join(resolve(cacheDir), 'pictures-'));
  });
  const close = () => rm(root, { recursive: true, force: true });
  try {
    const data = join(root, 'pictures');
    await mkdir(data);
    const place = { data, cacheDir: join(root, 'cache'), close };
    if (zipped) {
      await unzip(path, data);
      return place;
    }
    const { labelled, conditions } = await unpackShards(path, data);
    const labelColumn = labelled ? CLASS_COLUMN : undefined;
    const told = labelled || conditions.length > 0;
    return { ...place, ...(told && { table: { csv: join(data, TABLE), labelColumn, conditions } }) };
  } catch (error) {
    await close();
    throw error;
  }
}
