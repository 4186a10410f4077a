/** The facts of this machine that matter to libtensorflow. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { glibcVersion } from '@onnoise/base/install';
import { InputError } from '@onnoise/scheduler/rules';
import { type NativeKind, setupCommand } from '@onnoise/training/engines';
import { runCommand } from './command.ts';

export interface System {
  platform: string;
  arch: string;
  libc: 'glibc' | 'musl' | 'none';
}

export type Route = 'npm' | 'pypi';

export function thisSystem(): System {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch, libc: 'none' };
  return { platform, arch, libc: glibcVersion() === undefined ? 'musl' : 'glibc' };
}

const NPM_SYSTEMS: Record<NativeKind, readonly string[]> = {
  'tfjs-node': ['linux-x64', 'linux-arm64', 'linux-arm', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
  'tfjs-node-gpu': ['linux-x64', 'win32-x64'],
};

/**
 * The routes of a system, the better one first. The package's own download needs no compiler; its build for GPUs is for
 * CUDA 11.2, which does not know recent GPUs.
 * @throws InputError if there is none
 */
export function routesFor(kind: NativeKind, { platform, arch, libc }: System): Route[] {
  const action = `Cannot set up ${kind}`;
  if (libc === 'musl') {
    throw new InputError(
      `${action}: libtensorflow needs the C library glibc, and this Linux has musl, as Alpine does. ` +
        'Use a Debian, Ubuntu or Fedora image, or train with --engine onnxruntime.',
    );
  }
  const here = `${platform}-${arch}`;
  const known = NPM_SYSTEMS[kind];
  if (!known.includes(here)) {
    const other = kind === 'tfjs-node-gpu' && NPM_SYSTEMS['tfjs-node'].includes(here);
    throw new InputError(
      `${action}: the system must be one of ${known.join(', ')}, this is ${here}. ` +
        (other ? `${setupCommand('tfjs-node')} has a build for it.` : 'Train with --engine onnxruntime.'),
    );
  }
  if (here !== 'linux-x64') return ['npm'];
  return kind === 'tfjs-node' ? ['npm', 'pypi'] : ['pypi', 'npm'];
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
