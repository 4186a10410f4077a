/** What a package imports, its manifest names: in the repository everything is found, also what is not asked for. And what it throws, it exports. */
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const files = repositoryFiles();
const folders = (JSON.parse(readText('package.json')).workspaces as string[]).filter((folder) =>
  files.some((file) => file.startsWith(`${folder}/src/`)),
);
const manifestOf = (folder: string) => JSON.parse(readText(`${folder}/package.json`)) as Manifest;

/** `@a/b` of `@a/b/c`, `a` of `a/b` */
const packageOf = (name: string) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** The packages that the sources import when they run. */
function importsOf(folder: string): { name: string; lazy: boolean; file: string }[] {
  const sources = files.filter((file) => file.startsWith(`${folder}/src/`) && /\.tsx?$/.test(file));
  return sources.flatMap((file) => {
    const text = readText(file);
    const found = [
      ...text.matchAll(
        /^(?:import|export) (?!type )[^;]*?from '([^'.#][^']*)'|^import '([^'.#][^']*)'|\bimport\('([^'.#][^']*)'\)/gm,
      ),
    ];
    return found.map(([whole, from, bare, lazy]) => {
      return { name: packageOf(from ?? bare ?? lazy!), lazy: whole.startsWith('import('), file };
    });
  });
}

describe.each(folders)('the manifest of %s', (folder) => {
  const { name: own, dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(folder);
  const imports = importsOf(folder).filter(({ name }) => !name.startsWith('node:') && name !== own);

  it('names all that its sources import', () => {
    const known = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    expect(imports.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it('needs no compiler to run', () => {
    expect(Object.keys(dependencies)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(tsx|typescript|esbuild)$/)]),
    );
  });

  it('has no peers but optional ones', () => {
    for (const peer of Object.keys(peerDependencies))
      expect(peerDependenciesMeta[peer], peer).toEqual({ optional: true });
  });
});

it('optional peers are reached by lazy imports alone', () => {
  const { peerDependencies = {} } = manifestOf('pipeline');
  const direct = importsOf('pipeline').filter(({ name, lazy }) => name in peerDependencies && !lazy);
  // Commands load these files themselves by lazy imports.
  expect([...new Set(direct.map(({ file }) => file.replace(/\/[^/]+$/, '')))]).toEqual(['pipeline/src/bulk']);
});

/** Packages with an index whose sources or README speak of it. `onnoise` is another name of such ones. */
const throwing = folders.filter((folder) => {
  const speaks = (file: string) => /\.(ts|md)$/.test(file) && /\bInputError\b/.test(readText(file));
  const own = files.filter((file) => file.startsWith(`${folder}/src/`) || file === `${folder}/README.md`);
  return own.includes(`${folder}/src/index.ts`) && own.some(speaks);
});

it.each([...throwing, 'onnoise'])(
  '%s exports the InputError that it throws, which is one class in all',
  async (folder) => {
    const index = await import(`../../../${folder}/src/index.ts`);
    expect(index.InputError).toBe(InputError);
  },
);
