/**
 * The Chromium of the tests: the one that CHROME_PATH names, else, on Linux x64, the one in the npm package
 * @sparticuz/chromium, so that npm is enough.
 *
 * The package unpacks into the temporary folder under fixed names, and assumes that existing files are complete. Here a
 * child process unpacks into its own folder, which is then renamed, so that concurrent or killed runs leave nothing
 * half done. A system that lacks the package's libraries (NSS, expat) gets them; it otherwise needs only glibc and
 * libgcc_s, as any Node does.
 */
import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A program to start, and what to add to its environment. */
export interface Chromium {
  executablePath: string;
  env: Record<string, string>;
}

/** Why there is no browser to test in, for skipBecause; undefined if there is one. */
export const LACKS_CHROMIUM =
  process.env.CHROME_PATH || (process.platform === 'linux' && process.arch === 'x64')
    ? undefined
    : `no Chromium comes with npm for ${process.platform} ${process.arch}: CHROME_PATH=path/to/chrome npm test`;

/** @throws Error if CHROME_PATH names no program, or the package's Chromium does not start. */
export async function findChromium(): Promise<Chromium> {
  const given = process.env.CHROME_PATH;
  if (!given) return unpackChromium();
  try {
    accessSync(given, constants.X_OK);
  } catch {
    throw new Error(`Cannot start the browser: CHROME_PATH must be a program, received ${JSON.stringify(given)}.`);
  }
  return { executablePath: given, env: {} };
}

/** Unpacks the package's Chromium, once for each version of it: 206 MB in .cache, in a second. */
async function unpackChromium(): Promise<Chromium> {
  const { version } = JSON.parse(
    readFileSync(join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'package.json'), 'utf8'),
  ) as { version: string };
  const cache = join(ROOT, '.cache');
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const partial = await mkdtemp(join(cache, 'chromium-partial-'));
    try {
      await unpackInto(partial);
      await rename(partial, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  const executablePath = join(folder, 'chromium');
  const env = { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  const bundled = join(folder, 'al2023', 'lib');
  const own = { ...env, LD_LIBRARY_PATH: [bundled, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
  return { executablePath, env: starts(executablePath) ? env : own };
}

async function unpackInto(folder: string): Promise<void> {
  // The package reads the temporary folder's path, and unpacks its libraries if it believes to be on Lambda.
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
  const script = `import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())`;
  await promisify(execFile)(process.execPath, ['--eval', script], { cwd: ROOT, env });
  // The machine's fonts if it has any, else the package's, whose own file looks for them in /tmp.
  const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;
  await writeFile(join(folder, 'fonts.conf'), fonts);
}

/** Whether the loader finds every library. */
function starts(executablePath: string): boolean {
  try {
    execFileSync(executablePath, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
