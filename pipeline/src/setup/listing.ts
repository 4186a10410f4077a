/** Files and their sizes: enough to find a missing or truncated file without reading any. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of files by their paths. */
export type Listing = Record<string, number>;

/** All files in these folders under `root`, with links followed. */
export async function listFiles(root: string, folders: readonly string[] = ['']): Promise<Listing> {
  const listing: Listing = {};
  for (const folder of folders) {
    for (const name of (await readdir(join(root, folder), { recursive: true })).sort()) {
      const path = join(folder, name);
      const about = await stat(join(root, path));
      if (about.isFile()) listing[path] = about.size;
    }
  }
  return listing;
}

/** Whether the files are there with these sizes; false also for an invalid listing. */
export async function hasFiles(root: string, listing: unknown): Promise<boolean> {
  if (typeof listing !== 'object' || listing === null) return false;
  const sizes = Object.entries(listing);
  const right = await Promise.all(
    sizes.map(async ([path, bytes]) => (await stat(join(root, path)).catch(() => undefined))?.size === bytes),
  );
  return sizes.length > 0 && right.every(Boolean);
}
