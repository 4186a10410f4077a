import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '#base/files/failure.ts';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { packagePaths, writeInstall } from '#pipeline/setup/link.ts';
import { PINNED } from '#pipeline/setup/pinned.ts';
import { planSetup, type SetupJob } from '#pipeline/setup/plan.ts';
import { setUp } from '#pipeline/setup/setup.ts';
import type { Wheel } from '#pipeline/setup/wheel.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { says } from '#test/says.ts';
import { closedPort, serve, sha256, zip } from './support.ts';

const pinned = PINNED as Wheel[];
const own = [...pinned];
afterAll(() => void pinned.splice(0, 1, ...own));

const BYTES = zip([{ name: 'tensorflow/libtensorflow_cc.so.2', text: 'x'.repeat(3000) }]);
const FILE = 'tensorflow_cpu-2.18.1-cp312-cp312-manylinux_2_17_x86_64.whl';

beforeEach(() => {
  const wheel = { file: FILE, size: BYTES.length, sha256: sha256(BYTES), unpacked: 3000, folder: 'tensorflow' };
  pinned.splice(0, pinned.length, wheel);
  vi.stubEnv('CXX', 'true');
});
afterEach(() => vi.unstubAllEnvs());

/** A set-up with a folder of downloads, which holds a whole wheel, a damaged one, or a part of one. */
async function setUpWith(index: string, there: Record<string, Uint8Array>) {
  const cache = await temporaryFolder();
  const downloads = join(cache, 'downloads');
  await mkdir(downloads);
  for (const [name, bytes] of Object.entries(there)) await writeFile(join(downloads, name), bytes);
  const job: SetupJob = {
    kind: 'tfjs-node',
    folder: await temporaryFolder(),
    cache,
    installed: undefined,
    whole: false,
    force: false,
    cuda: undefined,
    index,
    http: openHttpClient({ env: {} }),
    hooks: { say: () => {}, note: () => {}, progress: (_, work) => work(() => {}) },
  };
  return { job, downloads, site: join(cache, 'tensorflow-cpu-2.18.1', 'tensorflow') };
}

test('planSetup asks nobody for a wheel that was brought by hand', async () => {
  const { job, downloads, site } = await setUpWith(await closedPort(), { [FILE]: BYTES });
  const plan = await planSetup(job);
  expect(plan.lines.slice(0, 2)).toEqual([
    'download   nothing, all of it is there',
    'unpack     tensorflow-cpu 2.18.1',
  ]);
  await plan.prepare();
  expect(await readdir(site)).toContain('libtensorflow_cc.so.2');
  expect(await readdir(downloads)).toEqual([]);
});

test('planSetup says where such a wheel belongs where no index can be asked', async () => {
  const damaged = Buffer.from(BYTES).fill(0, 100, 200);
  const { job } = await setUpWith(await closedPort(), { [FILE]: damaged });
  await expect(planSetup(job)).rejects.toThrow(
    says(
      'Cannot download tensorflow_cpu-2.18.1*: * cannot be reached, * A file fetched elsewhere belongs in *downloads.',
    ),
  );
});

test('planSetup says how much is missing of a half-finished wheel', async () => {
  const index = await serve((_, response) => response.end(`<a href="/files/${FILE}">it</a>`));
  const { job } = await setUpWith(index, { [`${FILE}.part`]: BYTES.subarray(0, BYTES.length - 1024) });
  const [download] = (await planSetup(job)).lines;
  expect(download).toMatch(
    /^download {3}1 KiB of 3(\.\d+)? KiB from 127\.0\.0\.1:\d+ \(index 127\.0\.0\.1:\d+\): tensorflow-cpu 2\.18\.1$/,
  );
});

test('planSetup tells of a disk without room before anything is asked for', async () => {
  (PINNED as Wheel[])[0]!.unpacked = 2 ** 50;
  const { job } = await setUpWith(await closedPort(), {});
  const planned = planSetup(job);
  await expect(planned).rejects.toThrow(says('Cannot set up in *: the disk must have * free, but it has '));
  await expect(planned).rejects.toBeInstanceOf(Failure);
});

test('setUp leaves an addon that was there where the check of the new one fails, and asks for --force', {
  tags: 'long',
}, async () => {
  const { job } = await setUpWith(await closedPort(), { [FILE]: BYTES });
  const { addon, install, libraries } = packagePaths(job.folder);
  for (const folder of [join(addon, '..'), libraries, join(job.folder, 'binding')])
    await mkdir(folder, { recursive: true });
  await writeFile(addon, 'an addon');
  const installed = { route: 'npm', tensorflow: '2.9.1', env: {} } as const; // of an earlier version
  await writeInstall(job.folder, installed);
  const written = await readFile(install, 'utf8');
  const compiler = join(job.cache, 'c++');
  await writeFile(compiler, '#!/bin/sh\nfor last; do :; done\n[ "$last" = - ] || echo new > "$last"\n', {
    mode: 0o755,
  });
  vi.stubEnv('CXX', compiler);
  const system = { platform: 'linux', arch: 'x64', libc: 'glibc' } as const;
  const work = setUp({ ...job, installed: JSON.parse(written), system, dryRun: false });
  await expect(work).rejects.toThrow(says('Cannot use tfjs-node: the check * npx pipeline setup tfjs-node --force'));
  expect(await readFile(addon, 'utf8')).toBe('an addon');
  expect(await readFile(install, 'utf8')).toBe(written);
});
