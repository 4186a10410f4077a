/**
 * Builds the site as `npm run build:web` does, and the tests' own pages, into folders of the run. It uses separate
 * processes, because vitest's environment would make development builds.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');

export const buildSite = (out: string): Promise<void> => build(join('site', 'vite.config.ts'), out);

/** The same with digits first. */
export const buildTestSite = (out: string): Promise<void> =>
  build(join('test', 'support', 'browser', 'site.config.ts'), out);

/** The same with a student first. */
export const buildStudentSite = (student: string, out: string): Promise<void> =>
  build(join('test', 'support', 'browser', 'student.config.ts'), out, { STUDENT: student });

export const buildPages = (out: string): Promise<void> =>
  build(join('test', 'browser', 'pages', 'vite.config.ts'), out);

async function build(config: string, out: string, more: Record<string, string> = {}): Promise<void> {
  const { NODE_ENV: _, VITEST: __, ...env } = { ...process.env, ...more };
  const args = [VITE, 'build', '--config', config, '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`vite could not build ${config}:\n${stdout}${stderr}`);
  }
}
