/** Packages as npm would publish them: built, packed, and what npm says of the tarballs. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPackages } from './build.ts';

/** A built package.json, as far as its readers here need it. */
interface PackedManifest {
  name: string;
  version: string;
  exports?: unknown;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  [field: string]: unknown;
}

export interface Packed {
  manifest: PackedManifest;
  /** The built folder, and the tarball of it. */
  folder: string;
  file: string;
  /** SHA-512, as registries write it. */
  integrity: string;
  /** Bytes of the tarball, and of the files in it. */
  size: number;
  unpackedSize: number;
  /** Paths in the package. */
  files: string[];
}

/**
 * @param out an existing folder for the tarballs
 * @param names folders of the packages; none for all
 */
export async function packAll(out: string, names: readonly string[] = []): Promise<Packed[]> {
  const folders = await buildPackages(names);
  const answers = await npmPack(['--pack-destination', out, ...folders]);
  return Promise.all(
    answers.map(async ({ filename, integrity, size, unpackedSize, files }, i) => ({
      manifest: JSON.parse(await readFile(join(folders[i]!, 'package.json'), 'utf8')) as PackedManifest,
      folder: folders[i]!,
      file: join(out, filename),
      integrity,
      size,
      unpackedSize,
      files: files.map(({ path }) => path),
    })),
  );
}

/** What `npm pack --json` says of a package. */
interface PackAnswer {
  filename: string;
  integrity: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

async function npmPack(args: string[]): Promise<PackAnswer[]> {
  const options = { maxBuffer: 2 ** 26, shell: process.platform === 'win32' };
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', ...args], options);
  return JSON.parse(stdout) as PackAnswer[];
}
