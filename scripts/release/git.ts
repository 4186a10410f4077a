/** What a release asks of git. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../packages/paths.ts';

async function git(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: ROOT });
  return stdout.trim();
}

/** Changed and new files, a line each. */
export const changedFiles = (): Promise<string> => git('status', '--porcelain');

export const commitOf = (name = 'HEAD'): Promise<string> => git('rev-parse', name);

export const hasTag = async (tag: string): Promise<boolean> => (await git('tag', '--list', tag)) !== '';

/** Commits all changes and tags the commit. */
export async function commitAndTag(subject: string, tag: string): Promise<void> {
  await git('add', '--all');
  await git('commit', '--message', subject);
  await git('tag', '--annotate', tag, '--message', subject);
}
