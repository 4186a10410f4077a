import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { PINNED } from '#pipeline/setup/pinned.ts';
import type { SetupJob } from '#pipeline/setup/route.ts';
import { planPypi } from '#pipeline/setup/route-pypi.ts';
import type { Wheel } from '#pipeline/setup/wheel.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { closedPort, serve, sha256, zip } from './support.ts';

vi.mock('#pipeline/setup/pinned.ts', () => ({ PINNED: [] }));

const BYTES = zip([{ name: 'tensorflow/libtensorflow_cc.so.2', text: 'x'.repeat(3000) }]);
const FILE = 'tensorflow_cpu-2.18.1-cp312-cp312-manylinux_2_17_x86_64.whl';

beforeEach(() => {
  const wheel = { file: FILE, size: BYTES.length, sha256: sha256(BYTES), unpacked: 3000, folder: 'tensorflow' };
  (PINNED as Wheel[]).splice(0, 1, wheel);
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

test('planPypi asks nobody for a wheel that was brought by hand', async () => {
  const { job, downloads, site } = await setUpWith(await closedPort(), { [FILE]: BYTES });
  const plan = await planPypi(job);
  expect(plan.lines.slice(0, 2)).toEqual([
    'download   nothing, all of it is there',
    'unpack     tensorflow-cpu 2.18.1',
  ]);
  await plan.prepare();
  expect(await readdir(site)).toContain('libtensorflow_cc.so.2');
  expect(await readdir(downloads)).toEqual([]);
});

test('planPypi says where such a wheel belongs where no index can be asked', async () => {
  const damaged = Buffer.from(BYTES).fill(0, 100, 200);
  const { job } = await setUpWith(await closedPort(), { [FILE]: damaged });
  await expect(planPypi(job)).rejects.toThrow(
    /^Cannot download tensorflow_cpu-2\.18\.1.*: .* cannot be reached, .* A file fetched elsewhere belongs in .*downloads\.$/,
  );
});

test('planPypi says how much is missing of a half-finished wheel', async () => {
  const index = await serve((_, response) => response.end(`<a href="/files/${FILE}">it</a>`));
  const { job } = await setUpWith(index, { [`${FILE}.part`]: BYTES.subarray(0, BYTES.length - 1024) });
  const [download] = (await planPypi(job)).lines;
  expect(download).toMatch(
    /^download {3}1 KiB of 3(\.\d+)? KiB from 127\.0\.0\.1:\d+ \(index 127\.0\.0\.1:\d+\): tensorflow-cpu 2\.18\.1$/,
  );
});
