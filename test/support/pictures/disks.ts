/** Small or read-only disks for tests, mounted if that is allowed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no disk can be mounted, for skipBecause; undefined if one can. */
export function lacksMount(): string | undefined {
  const reason = 'no disk can be mounted: run the tests as root on Linux';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return reason;
  const folder = mkdtempSync(join(tmpdir(), 'onnoise-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return undefined;
  } catch {
    return reason;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A disk of this many KiB, removed when the test ends. */
export function smallDisk(kibibytes: number): string {
  return mounted((folder) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder]);
  });
}

/** A read-only disk with nothing on it but an empty folder `there`. */
export function readOnlyDisk(): string {
  return mounted((folder) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    mkdirSync(join(folder, 'there'));
    execFileSync('mount', ['-o', 'remount,ro', folder]);
  });
}

function mounted(mount: (folder: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'onnoise-disk-'));
  mount(folder);
  onTestFinished(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}
