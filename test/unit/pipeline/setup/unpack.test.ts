import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PINNED } from '#pipeline/setup/pinned.ts';
import { environmentOf, spaceNeeded } from '#pipeline/setup/plan.ts';
import { stateOf, unpack } from '#pipeline/setup/unpack.ts';
import { cudaWheels, keep, projectOf, tensorflowWheel, versionOf } from '#pipeline/setup/wheels.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { says } from '#test/says.ts';
import { type ZipEntry, zip } from './support.ts';

const WHEEL = { file: 'nvidia_cuda_nvcc_cu12-1-py3-none-any.whl', sha256: 'abc', folder: 'nvidia/cuda_nvcc' };
const ENTRIES: ZipEntry[] = [
  { name: 'nvidia/cuda_nvcc/bin/ptxas', text: 'program', mode: 0o755 },
  { name: 'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc', text: 'bits' },
  { name: 'nvidia/cuda_nvcc/include/crt.h', text: 'not needed' },
  { name: 'nvidia/__init__.py', text: '' },
  { name: 'nvidia_cuda_nvcc_cu12-1.dist-info/License.txt', text: 'terms' },
];

async function place(bytes: Uint8Array) {
  const site = await temporaryFolder();
  const path = join(site, 'a.whl');
  await writeFile(path, bytes);
  return { site, path };
}

describe('unpack', () => {
  test('takes what is needed, programs as programs, and marks the folder', async () => {
    const { site, path } = await place(zip(ENTRIES));
    let bytes = 0;
    expect(await stateOf(WHEEL, site)).toBe('absent');
    await unpack(path, WHEEL, site, { onBytes: (done) => (bytes = done) });
    const folder = join(site, 'nvidia', 'cuda_nvcc');
    expect((await readdir(folder)).sort()).toEqual(['.wheel.json', 'License.txt', 'bin', 'nvvm']);
    expect(await readFile(join(folder, 'bin', 'ptxas'), 'utf8')).toBe('program');
    expect((await stat(join(folder, 'bin', 'ptxas'))).mode & 0o111).not.toBe(0);
    expect((await stat(join(folder, 'License.txt'))).mode & 0o111).toBe(0);
    expect(bytes).toBe('programbitsterms'.length);
    expect(await stateOf(WHEEL, site)).toBe('whole');
    expect(await stateOf({ ...WHEEL, sha256: 'another' }, site)).toBe('absent');
  });

  test.each([
    ['was cut', (path: string) => truncate(path, 3)],
    ['is gone', (path: string) => rm(path)],
  ])('is seen to be damaged where a file %s, and heals by being done anew', async (_, damage) => {
    const { site, path } = await place(zip(ENTRIES));
    await unpack(path, WHEEL, site);
    await damage(join(site, 'nvidia', 'cuda_nvcc', 'bin', 'ptxas'));
    expect(await stateOf(WHEEL, site)).toBe('damaged');
    await unpack(path, WHEEL, site);
    expect(await stateOf(WHEEL, site)).toBe('whole');
  });

  test('leaves nothing where a zip is broken, which is removed, or the work is interrupted', async () => {
    const { site, path } = await place(zip(ENTRIES).subarray(0, -30));
    await expect(unpack(path, WHEEL, site)).rejects.toThrow(
      says('Cannot unpack a.whl: * It was removed; the same command'),
    );
    expect(await readdir(site)).toEqual([]);
    await writeFile(path, zip(ENTRIES));
    const controller = new AbortController();
    const stop = { signal: controller.signal, onBytes: () => controller.abort() };
    await expect(unpack(path, WHEEL, site, stop)).rejects.toThrow(/abort/i);
    expect((await readdir(site, { recursive: true })).sort()).toEqual(['a.whl', 'nvidia']);
  });
});

describe('keep', () => {
  test.each([
    ['tensorflow', 'tensorflow/libtensorflow_cc.so.2', 'libtensorflow_cc.so.2'],
    ['tensorflow', 'tensorflow/include/tensorflow/c/eager/c_api.h', 'include/tensorflow/c/eager/c_api.h'],
    ['tensorflow', 'tensorflow/python/_pywrap_tfe.so', undefined],
    ['tensorflow', 'tensorflow/include/tensorflow/core/framework/op.h', undefined],
    ['nvidia/cublas', 'nvidia/cublas/lib/libcublas.so.12', 'lib/libcublas.so.12'],
    ['nvidia/cublas', 'nvidia/cublas/lib/__init__.py', undefined],
    ['nvidia/cublas', 'nvidia/cudnn/lib/libcudnn.so.9', undefined],
  ])('of %s, %s goes to %s', (folder, entry, place) => {
    expect(keep(folder, entry)).toBe(place);
  });
});

describe('the pinned wheels', () => {
  test('are each of a known size and hash, and of Linux x64', () => {
    for (const { file, size, sha256, unpacked } of PINNED) {
      expect(file).toMatch(/manylinux\w*_x86_64.*\.whl$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(Math.min(size, unpacked)).toBeGreaterThan(500_000);
    }
    expect(projectOf(tensorflowWheel('tfjs-node'))).toBe('tensorflow-cpu');
    expect(projectOf(tensorflowWheel('tfjs-node-gpu'))).toBe('tensorflow');
    expect(new Set(PINNED.map(({ folder }) => folder)).size).toBe(cudaWheels().length + 1);
    expect(versionOf(cudaWheels().find(({ folder }) => folder === 'nvidia/cudnn')!)).toMatch(/^9\./);
  });

  test('give an environment that names every library folder of CUDA, and the folder with ptxas', () => {
    const env = environmentOf('/a b/site', cudaWheels());
    expect(env.LD_LIBRARY_PATH!.split(':')).toHaveLength(cudaWheels().length);
    // Before all that the user names.
    expect(env.LD_LIBRARY_PATH).toMatch(/^\/a b\/site\/tensorflow:/);
    expect(env.LD_LIBRARY_PATH).toContain('/a b/site/nvidia/cudnn/lib');
    expect(environmentOf('/site', [])).toEqual({ LD_LIBRARY_PATH: '/site/tensorflow' });
    expect(env.XLA_FLAGS).toBe('--xla_gpu_cuda_data_dir="/a b/site/nvidia/cuda_nvcc"');
  });
});

describe('spaceNeeded', () => {
  const wheels = [
    { size: 10, unpacked: 30 },
    { size: 50, unpacked: 70 },
    { size: 5, unpacked: 6 },
  ];

  test.each([
    [wheels, [0, 0, 0], 30 + 50 + 70],
    [[], [], 0],
    // No byte again that a try before brought.
    [wheels, [0, 50, 0], 30 + 70],
    [wheels.slice(0, 1), [10], 30],
    [wheels, [4, 20, 5], 30 + 30 + 70 - 4],
  ])('of %j with %j there is one wheel at a time beside what is unpacked', (some, brought, bytes) => {
    expect(spaceNeeded(some, brought)).toBe(bytes);
  });
});
