import { chmod, mkdir, readdir, readFile, readlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileAddon, findCompiler } from '#pipeline/setup/compile.ts';
import { isLinked, isWhole, linkDeps, packagePaths, replacing, sweep, writeInstall } from '#pipeline/setup/link.ts';
import { libtensorflowAddress } from '#pipeline/setup/route-npm.ts';
import { findDriver, routesFor, type System } from '#pipeline/setup/system.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { readInstallFile } from '#training/engines/native/install.ts';

const system = (platform: string, arch: string, libc: System['libc'] = 'none'): System => ({ platform, arch, libc });
const LINUX = system('linux', 'x64', 'glibc');

describe('routesFor', () => {
  test('prefers the download without a compiler, and for GPUs the newer CUDA', () => {
    expect(routesFor('tfjs-node', LINUX)).toEqual(['npm', 'pypi']);
    expect(routesFor('tfjs-node-gpu', LINUX)).toEqual(['pypi', 'npm']);
    expect(routesFor('tfjs-node', system('darwin', 'arm64'))).toEqual(['npm']);
    expect(routesFor('tfjs-node', system('linux', 'arm64', 'glibc'))).toEqual(['npm']);
  });

  test('says what is missing on Alpine, and of which systems there is a build', () => {
    expect(() => routesFor('tfjs-node', system('linux', 'x64', 'musl'))).toThrow(/needs the C library glibc.* musl/);
    expect(() => routesFor('tfjs-node-gpu', system('darwin', 'arm64'))).toThrow(
      'Cannot set up tfjs-node-gpu: the system must be one of linux-x64, win32-x64, this is darwin-arm64. npx pipeline setup tfjs-node has a build for it.',
    );
    expect(() => routesFor('tfjs-node', system('freebsd', 'x64'))).toThrow(/Train with --engine onnxruntime\.$/);
  });
});

test('findDriver finds the library of a driver where the environment leads to it', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'libcuda.so.1'), '');
  expect(await findDriver({ LD_LIBRARY_PATH: `/nowhere:${folder}` })).toMatch(/libcuda\.so\.1$|^\/proc/);
});

test('libtensorflowAddress follows the rules and variables of the package', () => {
  const name = 'tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz';
  expect(libtensorflowAddress('tfjs-node-gpu', LINUX, {})).toBe(`https://storage.googleapis.com/${name}`);
  const mirror = { TFJS_NODE_CDN_STORAGE: 'http://mirror/' };
  expect(libtensorflowAddress('tfjs-node-gpu', LINUX, mirror)).toBe(`http://mirror/${name}`);
  expect(libtensorflowAddress('tfjs-node', system('win32', 'x64'), { TFJS_NODE_BASE_URI: 'http://m/lib-' })).toBe(
    'http://m/lib-cpu-windows-x86_64-2.9.1.zip',
  );
});

describe('findCompiler', () => {
  test('says what to install where none is there', async () => {
    const work = findCompiler({ PATH: '/nowhere', CXX: 'ccache my++' });
    await expect(work).rejects.toThrow(/none of ccache my\+\+, g\+\+, clang\+\+, c\+\+ works\. Install one \(apt-get/);
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
  await expect(compileAddon({ ...options, addon: join(lib, 'a.node') })).rejects.toThrow(/says "a\.cc:1: error/);
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
  await writeInstall(folder, { route: 'npm', tensorflow: '2.9.1', env: {} });
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
