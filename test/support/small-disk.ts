/** A disk of a few MiB for the tests of full and read-only disks: a tmpfs, which needs root on Linux. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const mounted: string[] = [];

afterAll(() => {
  for (const folder of mounted.splice(0)) {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
}

/** Mounts a disk and returns its folder; it is gone after the tests of the file. */
export function smallDisk(kibibytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'onnoise-disk-'));
  mount(folder, `size=${kibibytes}k`);
  mounted.push(folder);
  return folder;
}

/** From now on nothing can be written to a disk of `smallDisk`. */
export function makeReadOnly(folder: string): void {
  execFileSync('mount', ['-o', 'remount,ro', folder], { stdio: 'ignore' });
}

/** Why there can be no small disk, for skipBecause; undefined where there can. */
export function lacksMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'onnoise-disk-'));
  const trial = join(folder, 'trial');
  mkdirSync(trial);
  try {
    mount(trial, 'size=64k');
    execFileSync('umount', [trial]);
    return undefined;
  } catch {
    return 'no file system can be mounted: run as root on Linux';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
