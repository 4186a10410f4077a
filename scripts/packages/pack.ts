/** `npm pack` of built packages. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packagesOf } from './list.ts';
import { PACKAGES_FOLDER, TARBALLS_FOLDER } from './paths.ts';

/**
 * @param folders of the packages; none for all
 * @returns the tarballs
 */
export async function packPackages(folders: readonly string[]): Promise<string[]> {
  await mkdir(TARBALLS_FOLDER, { recursive: true });
  const tarballs: string[] = [];
  for (const { folder } of packagesOf(folders)) {
    const built = join(PACKAGES_FOLDER, folder);
    if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build:packages first.`);
    tarballs.push(await pack(built));
  }
  return tarballs;
}

async function pack(folder: string): Promise<string> {
  const args = ['pack', folder, '--json', '--pack-destination', TARBALLS_FOLDER];
  const { stdout } = await promisify(execFile)('npm', args, { shell: process.platform === 'win32' });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(TARBALLS_FOLDER, filename);
}
