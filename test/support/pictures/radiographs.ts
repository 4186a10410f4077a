/** Folders of large gray pictures that cost little disk: one file under many names. */
import { execFile } from 'node:child_process';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { grayPicture } from './images.ts';

/** Writes `<folder>/1000.png` and so on: `count` links to one PNG of 2000 x 1500. */
export async function writeRadiographs(folder: string, count: number): Promise<void> {
  const bytes = await grayPicture(2000, 1500, (x, y) => ((x * y) >> 8) & 255).toBuffer();
  mkdirSync(folder, { recursive: true });
  const original = join(folder, '..', 'radiograph');
  writeFileSync(original, bytes);
  for (let i = 0; i < count; i++) linkSync(original, join(folder, `${1000 + i}.png`));
}

export interface MemoryUse {
  warm: number;
  peak: number;
  count: number;
  skipped: number;
}

/** Prepares `warmUp`, then `data`, in a child process; sizes in MiB. */
export async function memoryOfPreparing(warmUp: string, data: string, cacheDir: string): Promise<MemoryUse> {
  const script = fileURLToPath(new URL('../programs/prepare-memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, warmUp, data, cacheDir]);
  return JSON.parse(stdout) as MemoryUse;
}
