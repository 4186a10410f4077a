/**
 * What "Are the types wrong?" finds in a tarball: whether the declarations fit the JavaScript for who imports it under nodenext
 * and bundler. The packages are ES modules, which Node 20.19 can `require`, so `esm-only` is its profile for them.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';

const ATTW = join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');

/** Its report, empty if it found nothing. */
export function typeProblems(tarball: string): Promise<string> {
  const args = [ATTW, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => resolve(error === null ? '' : `${stdout}${stderr}`));
  });
}
