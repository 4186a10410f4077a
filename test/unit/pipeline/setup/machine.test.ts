import { chmod, mkdir, readdir, readFile, readlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkEngine } from '#pipeline/setup/check.ts';
import { compileAddon, findCompiler } from '#pipeline/setup/compile.ts';
import { isLinked, isWhole, linkDeps, packagePaths, replacing, sweep, writeInstall } from '#pipeline/setup/link.ts';
import { findDriver, requireSystem, type System } from '#pipeline/setup/system.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { says } from '#test/says.ts';
import { readInstallFile } from '#training/engines/native/install.ts';

const system = (platform: string, arch: string, libc: System['libc'] = 'none'): System => ({ platform, arch, libc });

test('requireSystem wants Linux x64 with glibc, and says what to do elsewhere', () => {
  expect(() => requireSystem('tfjs-node', system('linux', 'x64', 'glibc'))).not.toThrow();
  expect(() => requireSystem('tfjs-node', system('linux', 'x64', 'musl'))).toThrow(/needs the C library glibc.* musl/);
  expect(() => requireSystem('tfjs-node', system('darwin', 'arm64'))).toThrow(
    "Cannot set up tfjs-node: the system must be linux-x64, this is darwin-arm64. Train with --engine onnxruntime, or try the package's own script: npm rebuild @tensorflow/tfjs-node --ignore-scripts=false.",
  );
});

test('findDriver finds the library of a driver where the environment leads to it', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'libcuda.so.1'), '');
  expect(await findDriver({ LD_LIBRARY_PATH: `/nowhere:${folder}` })).toMatch(/libcuda\.so\.1$|^\/proc/);
});

describe('findCompiler', () => {
  test('says what to install where none is there', async () => {
    const work = findCompiler({ PATH: '/nowhere', CXX: 'ccache my++' });
    await expect(work).rejects.toThrow('none of ccache my++, g++, clang++, c++ works. Install one (apt-get');
  });

  test('takes the words of CXX', async () => {
    const folder = await temporaryFolder();
    await program(join(folder, 'my++'), '[ "$1" = -m64 ]');
    expect(await findCompiler({ PATH: `${folder}:/bin`, CXX: 'my++ -m64' })).toEqual(['my++', '-m64']);
  });
});

test('compileAddon passes on what the compiler says and leaves no file', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'binding'));
  await program(join(folder, 'cc'), 'echo "a.cc:1: error: no such thing" >&2; exit 1');
  const lib = join(folder, 'lib');
  const options = { compiler: [join(folder, 'cc')], folder, libraries: folder, headers: folder };
  await expect(compileAddon({ ...options, addon: join(lib, 'a.node') })).rejects.toThrow('says "a.cc:1: error');
  expect(await readdir(lib)).toEqual([]);
});

test('linkDeps puts links in place of a folder', async () => {
  const [folder, site] = [await temporaryFolder(), await temporaryFolder()];
  await mkdir(join(folder, 'deps', 'lib'), { recursive: true });
  await writeFile(join(folder, 'deps', 'lib', 'old.so'), '');
  expect(isLinked(folder, site)).toBe(false);
  await linkDeps(folder, site, join(site, 'include'));
  expect(await readlink(join(folder, 'deps', 'include'))).toBe(join(site, 'include'));
  expect(isLinked(folder, site)).toBe(true);
  expect(await readdir(folder)).toEqual(['deps']);
});

/** A package that is set up. */
async function packageFolder() {
  const folder = await temporaryFolder();
  const { addon, install, libraries } = packagePaths(folder);
  await mkdir(join(addon, '..'), { recursive: true });
  await mkdir(libraries, { recursive: true });
  await writeFile(addon, 'an addon');
  await writeInstall(folder, { route: 'pypi', tensorflow: '2.18.1', env: {} });
  return { folder, addon, install };
}

test('isWhole sees an addon that was cut, and knows nothing of an install that lists no files', async () => {
  const { folder, addon, install } = await packageFolder();
  const written = readInstallFile(install)!;
  expect(await isWhole(folder, written)).toBe(true);
  expect(await isWhole(folder, { ...written, files: {} })).toBe(false);
  await truncate(addon, 3);
  expect(await isWhole(folder, written)).toBe(false);
});

test.each(['{}', 'null', '[', '{"route":"npm","tensorflow":"2.9.1","env":null}'])(
  'readInstallFile takes %s for none',
  async (text) => {
    const path = join(await temporaryFolder(), 'native.json');
    await writeFile(path, text);
    expect(readInstallFile(path)).toBeUndefined();
  },
);

describe('replacing', () => {
  test('puts back what was there where the work fails', async () => {
    const { folder, addon } = await packageFolder();
    const work = replacing(folder, async () => {
      await mkdir(join(addon, '..'), { recursive: true });
      await writeFile(addon, 'another');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await readFile(addon, 'utf8')).toBe('an addon');
    expect((await readdir(folder)).sort()).toEqual(['deps', 'lib']);
  });

  test('leaves only what is new where it does not', async () => {
    const { folder } = await packageFolder();
    await replacing(folder, () => mkdir(join(folder, 'lib')));
    expect(await readdir(folder, { recursive: true })).toEqual(['lib']);
  });
});

test('sweep removes what killed set-ups left, and nothing else', async () => {
  const { folder, addon, install } = await packageFolder();
  const cache = await temporaryFolder();
  for (const path of [join(folder, '.deps.0123abcd.tmp', 'lib'), join(folder, '.lib.0123abcd.tmp')]) {
    await mkdir(path, { recursive: true });
  }
  for (const name of ['tensorflow', 'tensorflow.unpacking', 'nvidia/cudnn', 'nvidia/cudnn.unpacking']) {
    await mkdir(join(cache, 'site', name), { recursive: true });
  }
  await writeFile(join(addon, '..', '.tfjs_binding.node.0123abcd.tmp'), '');
  await writeFile(join(install, '..', '.native.json.0123abcd.tmp'), '');
  await mkdir(join(cache, 'downloads'));
  await writeFile(join(cache, 'downloads', 'a.whl.part'), '');
  await sweep(folder, cache);
  expect((await readdir(folder, { recursive: true })).sort()).toEqual(
    ['deps', 'deps/lib', 'lib', 'lib/napi-v8', 'lib/napi-v8/tfjs_binding.node', 'lib/native.json'].sort(),
  );
  expect((await readdir(cache, { recursive: true })).sort()).toEqual(
    ['downloads', 'downloads/a.whl.part', 'site', 'site/nvidia', 'site/nvidia/cudnn', 'site/tensorflow'].sort(),
  );
});

async function program(path: string, script: string) {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  await readFile(path);
}

/** A package whose tfjs is this program. */
async function packageWith(script: string) {
  const folder = await temporaryFolder();
  const tfjs = join(folder, 'node_modules', '@tensorflow', 'tfjs');
  await mkdir(tfjs, { recursive: true });
  await writeFile(join(tfjs, 'index.js'), script);
  return folder;
}

const install = { route: 'npm', tensorflow: '2.9.1', env: {} } as const;

test('checkEngine gives up on a library that computes for ever', { tags: 'long' }, async () => {
  const folder = await packageWith('for (;;);');
  await expect(checkEngine('tfjs-node', folder, install, { limit: 3000 })).rejects.toThrow(
    says('Cannot use tfjs-node: * its process gave no answer in 3 s. npx pipeline setup tfjs-node --force'),
  );
});

test('checkEngine tells of a crash, with the words that tell of it', { tags: 'long' }, async () => {
  const folder = await packageWith(`
    const { writeSync } = require('node:fs');
    writeSync(2, "terminate called after throwing an instance of 'std::length_error'\\n");
    writeSync(2, 'This TensorFlow binary is optimized to use available CPU instructions\\n');
    writeSync(2, 'To enable the following instructions: AVX2 FMA, rebuild TensorFlow.\\n');
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  `);
  await expect(checkEngine('tfjs-node', folder, install)).rejects.toThrow(
    "its process ended with SIGSEGV: terminate called after throwing an instance of 'std::length_error'. npx pipeline setup",
  );
});
