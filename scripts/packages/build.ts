/**
 * Builds the packages into build/packages/<folder>, each a folder that npm can publish: JavaScript and declarations that tsc
 * makes of `src`, every other file of `src` as it is, `bin` without what loads TypeScript, and a manifest.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { promisify } from 'node:util';
import { builtBin } from './bin.ts';
import { type PackageRecord, packagesOf } from './list.ts';
import { type Manifest, publishedManifest, type RootManifest } from './manifest.ts';
import { COMPILED_FOLDER, PACKAGES_FOLDER, ROOT } from './paths.ts';
import { builtSpecifiers } from './specifiers.ts';

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const TYPESCRIPT = /\.tsx?$/;

/**
 * @param names folders of the packages; none for all
 * @returns the folders that were built
 */
export async function buildPackages(names: readonly string[] = []): Promise<string[]> {
  const records = packagesOf(names);
  await rm(COMPILED_FOLDER, { recursive: true, force: true });
  for (const platform of ['node', 'web'] as const) {
    const asked = records.some((record) => record.platform === platform);
    if (asked) await compile(join(import.meta.dirname, `tsconfig.${platform}.json`));
  }
  const folders: string[] = [];
  for (const record of records) folders.push(await buildPackage(record));
  await rm(COMPILED_FOLDER, { recursive: true, force: true });
  return folders;
}

/** tsc prints its errors on standard output. */
async function compile(config: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [TSC, '-p', config]);
  } catch (error) {
    throw new Error(`tsc does not compile ${config}:\n${(error as { stdout: string }).stdout}`);
  }
}

async function buildPackage({ folder, platform, finish }: PackageRecord): Promise<string> {
  const source = join(ROOT, folder);
  const out = join(PACKAGES_FOLDER, folder);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const own = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as Manifest;
  const root = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as RootManifest;
  await writeJson(join(out, 'package.json'), publishedManifest(own, root, folder, platform ? ['dist'] : []));
  await cp(join(ROOT, 'LICENSE'), join(out, 'LICENSE'));
  await cp(join(source, 'README.md'), join(out, 'README.md'));
  if (platform) await buildSources(folder, join(out, 'dist'));
  for (const name of own.files ?? []) {
    if (name === 'bin') await buildBin(join(source, name), join(out, name));
    else if (existsSync(join(source, name))) await cp(join(source, name), join(out, name), { recursive: true });
  }
  await finish?.(out);
  return out;
}

/** What tsc made of `src`, and the files of `src` that are not for it. */
async function buildSources(folder: string, dist: string): Promise<void> {
  const compiled = join(COMPILED_FOLDER, folder, 'src');
  for (const path of await filesBelow(compiled)) {
    const text = await readFile(join(compiled, path), 'utf8');
    const built = path.endsWith('.map') ? mapOf(text, path) : builtSpecifiers(text, path);
    await writeText(join(dist, path), built);
  }
  const source = join(ROOT, folder, 'src');
  for (const path of await filesBelow(source)) {
    if (!TYPESCRIPT.test(path)) await cp(join(source, path), join(dist, path));
  }
}

/** A source map holds the source, and names it as it lies beside `dist`. */
function mapOf(text: string, path: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) => posix.join('..', 'src', posix.dirname(path), posix.basename(source)));
  const up = posix.relative(posix.dirname(path), '.');
  return JSON.stringify({ ...map, sources: sources.map((source) => posix.join(up, source)) });
}

async function buildBin(source: string, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const name of await readdir(source)) {
    const text = builtBin(await readFile(join(source, name), 'utf8'));
    await writeFile(join(out, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}

/** Paths below a folder, with slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) =>
    join(parentPath, name)
      .slice(folder.length + 1)
      .replaceAll(sep, '/'),
  );
}

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const writeJson = (path: string, value: object) => writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
