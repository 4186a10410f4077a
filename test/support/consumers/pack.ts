/** Builds our packages and packs them, as a release does. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../repository.ts';

/** A built package.json: what the tests read of it. */
export interface PackageManifest {
  name: string;
  version: string;
  exports?: unknown;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [field: string]: unknown;
}

/** A package as it would be published. */
export interface Packed {
  manifest: PackageManifest;
  /** The built folder, and the tarball of it. */
  folder: string;
  file: string;
  /** SHA-512, as registries write it. */
  integrity: string;
  /** Bytes of the tarball, and of the files in it. */
  size: number;
  unpackedSize: number;
  /** Paths inside the package. */
  files: string[];
}

const run = promisify(execFile);

/** @param out an existing folder for the tarballs. */
export async function packAll(out: string): Promise<Packed[]> {
  await npm(['run', '--silent', 'build:packages']);
  const built = join(ROOT, 'build', 'packages');
  const folders = readdirSync(built).map((name) => join(built, name));
  const answer = JSON.parse(await npm(['pack', '--json', '--pack-destination', out, ...folders])) as PackAnswer[];
  return answer.map(({ filename, integrity, size, unpackedSize, files }, i) => ({
    manifest: JSON.parse(readFileSync(join(folders[i]!, 'package.json'), 'utf8')) as PackageManifest,
    folder: folders[i]!,
    file: join(out, filename),
    integrity,
    size,
    unpackedSize,
    files: files.map(({ path }) => path),
  }));
}

/** What `npm pack --json` says of a package. */
interface PackAnswer {
  filename: string;
  integrity: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

async function npm(args: string[]): Promise<string> {
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  const options = { cwd: ROOT, env, maxBuffer: 2 ** 26, shell: process.platform === 'win32' };
  try {
    return (await run('npm', args, options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`npm ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
