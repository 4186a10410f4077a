/** Work without root's rights: root may read every file, whatever its permissions. */
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';

const NOBODY = 65_534;

/** Why permissions cannot be tested, for skipBecause. */
export const LACKS_PERMISSIONS =
  process.platform === 'win32' ? 'Windows has no permission bits: run on Linux or macOS' : undefined;

/** Runs `work` while nobody may enter or read `path`; the folder that it is in may be entered. */
export async function withoutPermission<T>(path: string, work: () => Promise<T>): Promise<T> {
  const root = process.getuid?.() === 0;
  await chmod(dirname(path), 0o755);
  await chmod(path, 0);
  if (root) process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
    await chmod(path, 0o755);
  }
}
