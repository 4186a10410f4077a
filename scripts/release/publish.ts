/** `npm publish` of a tarball, or all of it but the upload. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface PublishOptions {
  dryRun: boolean;
  provenance: boolean;
  /** `latest`, or `next` for what comes before a release. */
  tag: string;
}

/** @throws Error with npm's own words */
export async function publish(tarball: string, { dryRun, provenance, tag }: PublishOptions): Promise<void> {
  const args = ['publish', tarball, '--access', 'public', '--tag', tag];
  if (provenance) args.push('--provenance');
  if (dryRun) args.push('--dry-run');
  await promisify(execFile)('npm', args, { shell: process.platform === 'win32' });
}

/** A word after the numbers says that a version comes before a release: 1.0.0-beta.1. */
export const tagOf = (version: string): string => (version.includes('-') ? 'next' : 'latest');
