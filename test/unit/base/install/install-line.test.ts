import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { installLine } from '#base/install/install-line.ts';
import { installedVersion } from '#base/install/installed-version.ts';
import { loadOptional } from '#base/install/optional.ts';
import { cacheFolder, placeOf } from '#base/install/place.ts';
import { program, setProgram } from '#base/text/program.ts';

afterEach(() => setProgram());

describe('placeOf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'onnoise-place-'));
  const file = join(folder, 'node_modules', '@onnoise', 'pipeline', 'dist', 'place.js');

  it('tells the repository', () => {
    const place = placeOf();
    expect(place.kind).toBe('repository');
    expect(cacheFolder(place)).toBe(join(import.meta.dirname, '..', '..', '..', '..', '.cache'));
  });

  it('tells a project, which has a package.json, from the folder of the global packages', () => {
    expect(placeOf(file)).toEqual({ kind: 'global', folder });
    writeFileSync(join(folder, 'package.json'), '{}');
    expect(placeOf(file)).toEqual({ kind: 'project', folder });
    expect(cacheFolder(placeOf(file))).toBe(join(folder, 'node_modules', '.cache', 'onnoise'));
    rmSync(folder, { recursive: true });
  });

  it("tells npx' cache", () => {
    const cache = join(tmpdir(), '_npx', '0123');
    expect(placeOf(join(cache, 'node_modules', 'onnoise', 'bin', 'onnoise.mjs'))).toEqual({
      kind: 'npx',
      folder: cache,
    });
  });
});

describe('installLine', () => {
  const version = installedVersion('@onnoise/pipeline');
  const at = (kind: 'project' | 'global' | 'npx' | 'repository') => ({
    place: { kind, folder: '/x' },
    words: ['serve'],
  });

  it.each([
    ['repository', 'npm ci'],
    ['project', `npm install --ignore-scripts @onnoise/server@${version}`],
    ['global', `npm install --global --ignore-scripts @onnoise/server@${version}`],
    ['npx', `npx --ignore-scripts --package onnoise --package @onnoise/server@${version} -- onnoise serve`],
  ] as const)('suits a %s', (kind, line) => {
    setProgram('onnoise');
    expect(installLine(['@onnoise/server'], at(kind))).toBe(line);
  });
});

describe('loadOptional', () => {
  const missing = () => import(/* @vite-ignore */ `${'onnoise-that-is-not'}/there`);

  it('says in a sentence which package is missing, and how to get it', async () => {
    const error = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(
      loadOptional('use the queue', ['yargs', 'onnoise-that-is-not'], async () => {
        throw error;
      }),
    ).rejects.toThrow(
      /^Cannot use the queue: the package onnoise-that-is-not must be installed, received none\. To install it: npm ci$/,
    );
  });

  it('gives what it loads, and lets other errors through', async () => {
    expect(await loadOptional('serve', ['yargs'], async () => 5)).toBe(5);
    await expect(loadOptional('serve', ['yargs'], missing)).rejects.not.toThrow(/^Cannot serve/);
    const error = new TypeError('a bug');
    await expect(
      loadOptional('serve', ['onnoise-that-is-not'], async () => {
        throw error;
      }),
    ).rejects.toBe(error);
  });
});

it('the program is called as it was started', () => {
  expect(program('setup', 'tfjs-node')).toBe('pipeline setup tfjs-node');
  setProgram('onnoise');
  expect(program('sample')).toBe('onnoise sample');
});
