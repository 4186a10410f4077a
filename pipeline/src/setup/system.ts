/** The facts of this machine that matter to libtensorflow. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { glibcVersion } from '@onnoise/base/install';
import { InputError } from '@onnoise/scheduler/rules';
import type { NativeKind } from '@onnoise/training/engines';
import { runCommand } from './command.ts';

export interface System {
  platform: string;
  arch: string;
  libc: 'glibc' | 'musl' | 'none';
}

export function thisSystem(): System {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch, libc: 'none' };
  return { platform, arch, libc: glibcVersion() === undefined ? 'musl' : 'glibc' };
}

/**
 * The wheels are for Linux x64. Elsewhere the package's own script may bring a library, which is then used as it is.
 * @throws InputError for another system
 */
export function requireSystem(kind: NativeKind, { platform, arch, libc }: System): void {
  const action = `Cannot set up ${kind}`;
  if (libc === 'musl') {
    throw new InputError(
      `${action}: libtensorflow needs the C library glibc, and this Linux has musl, as Alpine does. ` +
        'Use a Debian, Ubuntu or Fedora image, or train with --engine onnxruntime.',
    );
  }
  if (platform === 'linux' && arch === 'x64') return;
  throw new InputError(
    `${action}: the system must be linux-x64, this is ${platform}-${arch}. Train with --engine onnxruntime, ` +
      `or try the package's own script: npm rebuild @tensorflow/${kind} --ignore-scripts=false.`,
  );
}

const DRIVER_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/lib/wsl/lib',
  '/usr/local/nvidia/lib64',
  '/usr/local/nvidia/lib',
];

/** The place of an NVIDIA driver; undefined if there is none. */
export async function findDriver(env = process.env): Promise<string | undefined> {
  const kernel = '/proc/driver/nvidia/version';
  if (existsSync(kernel)) return kernel;
  const folders = [...(env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean), ...DRIVER_FOLDERS];
  const found = folders.map((folder) => join(folder, 'libcuda.so.1')).find(existsSync);
  if (found) return found;
  for (const ldconfig of ['ldconfig', '/sbin/ldconfig']) {
    const { stdout } = await runCommand(ldconfig, ['-p'], { env });
    const path = /libcuda\.so\.1 .*=> (\S+)/.exec(stdout)?.[1];
    if (path) return path;
  }
  return undefined;
}
