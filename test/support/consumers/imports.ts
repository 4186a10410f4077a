/** What the built files of a package import, as a bundler reads it. */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Files of a folder by their paths in it, with slashes. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );

/**
 * Names of packages that the JavaScript and the declarations of a folder import, without Node's own modules.
 * @throws Error for a relative path that leads nowhere.
 */
export async function importedPackages(folder: string): Promise<Set<string>> {
  const files = filesBelow(folder);
  const { metafile } = await build({
    entryPoints: files.filter((path) => /\.m?js$/.test(path)).map((path) => join(folder, path)),
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: folder,
    logLevel: 'silent',
    loader: { '.wasm': 'empty', '.node': 'empty' },
  });
  const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const declared = files.filter((path) => path.endsWith('.d.ts')).flatMap((path) => namesIn(join(folder, path)));
  return new Set([...external, ...declared].filter((name) => !isBuiltin(name)).map(packageOf));
}

/** Modules that a declaration file names, without comments and relative paths. */
function namesIn(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
  return [...text.matchAll(/(?<!['"])(?:\bfrom|\bimport|\bimport\()\s*['"]([^.'"][^'"]*)['"]/g)].map(
    ([, name]) => name!,
  );
}

const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
