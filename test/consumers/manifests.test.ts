/** The packages, as npm would publish them: what is in them, and what tools that read packages say. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, it } from 'vitest';
import { typeProblems } from '#test/consumers/attw.ts';
import { importedPackages } from '#test/consumers/imports.ts';

const { packages } = inject('consumers');
const NAMES = packages.map(({ manifest }) => manifest.name);
const NODE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).engines.node;

it('everything that is published has a name that the documents know', () => {
  expect(NAMES.toSorted()).toEqual([
    '@onnoise/base',
    '@onnoise/evaluation',
    '@onnoise/medical',
    '@onnoise/model-digits',
    '@onnoise/model-hands',
    '@onnoise/phantom',
    '@onnoise/pipeline',
    '@onnoise/runtime-node',
    '@onnoise/runtime-web',
    '@onnoise/scheduler',
    '@onnoise/server',
    '@onnoise/tracer',
    '@onnoise/training',
    'onnoise',
  ]);
});

/** Where what a file points at may lie. `onnoise-web-files` copies these three folders into one. */
const foldersOf = (path: string): string[] =>
  path.startsWith('dist/standalone/') ? ['dist/standalone', 'dist/worker', 'dist/trainer'] : [dirname(path)];

describe.each(packages)('$manifest.name', ({ manifest, folder, file, files }) => {
  it('says how it is used, by whom, and where it comes from', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      license: 'MIT',
      engines: { node: NODE },
      description: expect.stringMatching(/^[A-Z].{20,}\.$/),
      repository: { type: 'git', url: expect.stringContaining('github.com'), directory: expect.any(String) },
      exports: expect.anything(),
      files: expect.any(Array),
      sideEffects: expect.anything(),
    });
    expect(manifest).not.toHaveProperty('private');
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
  });

  it('depends on our other packages at exactly its own version', () => {
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const ours = Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies }).filter(([name]) =>
      NAMES.includes(name),
    );
    for (const [name, range] of ours) expect(`${name}@${range}`).toBe(`${name}@${manifest.version}`);
  });

  it('imports what it declares, and declares what it imports', async () => {
    const { dependencies, optionalDependencies, peerDependencies, name } = manifest;
    const declared = new Set(Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }));
    const imported = await importedPackages(folder);
    imported.delete(name);
    expect([...imported].filter((other) => !declared.has(other))).toEqual([]);
    const code = files.filter((path) => /\.m?js$/.test(path)).map((path) => readFileSync(join(folder, path), 'utf8'));
    const isNamed = (other: string) => code.some((text) => new RegExp(`['"\`/]${other}['"\`/]`).test(text));
    // The name of tfjs-node is put together, the command finds the model, and training loads what reads medical images. fastify
    // takes any light-my-request 6, of which those after 6.6 need Node 22, by way of cookie 2.
    const unnamed = /^(@tensorflow\/tfjs-node(-gpu)?|@onnoise\/(model-digits|medical)|light-my-request)$/;
    expect([...declared].filter((other) => !isNamed(other) && !unnamed.test(other))).toEqual([]);
  });

  it('has the licence, a readme and what its files point at, and no sources to compile', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(files.filter((path) => /(?<!\.d)\.[mc]?tsx?$|\.test\.|tsconfig|(^|\/)\./.test(path))).toEqual([]);
    for (const path of files.filter((name) => /\.[mc]?js$/.test(name))) {
      const text = readFileSync(join(folder, path), 'utf8');
      expect(text, path).not.toMatch(/['"]tsx['"/]/);
      for (const [, target] of text.matchAll(/new URL\(\s*['"](\.[^'"]+)['"],\s*import\.meta\.url/g))
        expect(
          foldersOf(path).some((from) => existsSync(join(folder, from, target!))),
          `${path} -> ${target}`,
        ).toBe(true);
    }
  });

  it('has a source map for every compiled file, with the source inside', () => {
    const bundled = /^dist\/(page\/|standalone\/|node\.js$|\w+\/onnoise-\w+\.js$)/;
    const compiled = files.filter((path) => /^dist\/.*\.js$/.test(path) && !bundled.test(path));
    for (const path of compiled) {
      const [, map] = /^\/\/# sourceMappingURL=(.+)$/m.exec(readFileSync(join(folder, path), 'utf8')) ?? [];
      expect(map, path).toBeDefined();
      expect(files).toContain(join(dirname(path), map!));
      const { sourcesContent } = JSON.parse(readFileSync(join(folder, dirname(path), map!), 'utf8'));
      expect(sourcesContent?.[0], path).toEqual(expect.any(String));
    }
  });

  it('publint finds nothing', async () => {
    const tarball = new Uint8Array(readFileSync(file)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('the types are not wrong', async () => {
    expect(await typeProblems(file)).toBe('');
  });
});
