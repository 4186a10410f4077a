/** `npm publish` of tarballs, or all of it but the upload. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';

export interface PublishOptions {
  dryRun: boolean;
  provenance: boolean;
  /** `latest`, or `next` for what comes before a release. */
  tag: string;
}

export interface Published {
  file: string;
  bytes: number;
  /** As the lock files of users will have it. */
  integrity: string;
}

/** @throws Error with npm's own words */
export async function publish(tarball: string, { dryRun, provenance, tag }: PublishOptions): Promise<Published> {
  const bytes = await readFile(tarball);
  const args = ['publish', tarball, '--access', 'public', '--tag', tag];
  if (provenance) args.push('--provenance');
  if (dryRun) args.push('--dry-run');
  await promisify(execFile)('npm', args, { shell: process.platform === 'win32' });
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  return { file: basename(tarball), bytes: bytes.length, integrity };
}

/** A word after the numbers says that a version comes before a release: 1.0.0-beta.1. */
export const tagOf = (version: string): string => (version.includes('-') ? 'next' : 'latest');
