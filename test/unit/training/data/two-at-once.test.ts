import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allPixels, casePlaces, grayPicture, listCache, prepare, SMALL, writeFiles } from '#test/pictures/images.ts';
import type { PrepareOptions } from '#training/data/set/types.ts';

const CHILD = join(import.meta.dirname, '../../../support/programs/prepare-child.ts');

/** Starting Node and tsx takes seconds on a busy machine. */
const SLOW = { timeout: 120_000, tags: 'long' };

const place = casePlaces();

/** Forty pictures and the options to prepare them. */
async function pictures(): Promise<PrepareOptions> {
  const { data, cacheDir } = place();
  const files = Array.from({ length: 40 }, (_, i) => [`${100 + i}.png`, grayPicture(64, 64, () => i)] as const);
  return { ...SMALL, data: await writeFiles(data, Object.fromEntries(files)), cacheDir, size: 32 };
}

interface Child {
  process: ChildProcess;
  /** Whether it has started to prepare. */
  begun: Promise<void>;
  /** Its output, or its errors. */
  ended: Promise<{ code: number | null; out: string; errors: string }>;
}

function start(options: PrepareOptions): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(options)]);
  let [out, errors] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  const begun = new Promise<void>((resolve) => {
    child.stderr.on('data', (text) => {
      errors += text;
      if (errors.includes('begun')) resolve();
    });
    child.once('close', () => resolve());
  });
  const ended = new Promise<{ code: number | null; out: string; errors: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, out, errors }));
  });
  return { process: child, begun, ended };
}

it('processes that prepare the same images at once all end right, also over a damaged cache', SLOW, async () => {
  const options = await pictures();
  const { hash, folder } = await prepare(options);
  truncateSync(join(folder, 'data.bin'), 100);
  const children = [start(options), start(options), start({ ...options, channels: 1 })];
  for (const { ended } of children) {
    const { code, out, errors } = await ended;
    expect({ code, errors: errors.replace('begun\n', '') }).toEqual({ code: 0, errors: '' });
    expect(JSON.parse(out)).toMatchObject({ hash, count: 40 });
  }
  expect(listCache(options.cacheDir)).toEqual({ complete: [expect.any(String)], temporary: [] });
  expect(await prepare(options)).toMatchObject({ cached: true, hash });
});

it('a process that is killed in the middle leaves nothing that the next takes for whole', SLOW, async () => {
  const options = await pictures();
  const child = start(options);
  await child.begun;
  child.process.kill('SIGKILL');
  await child.ended;
  expect(listCache(options.cacheDir).complete).toEqual([]);
  const dataset = await prepare(options);
  expect(dataset).toMatchObject({ cached: false, count: 40 });
  expect(listCache(options.cacheDir)).toEqual({ complete: [expect.any(String)], temporary: [] });
  expect((await allPixels(dataset)).at(-1)).toBe(39);
});

it('in one process any number may prepare at once, and read while a damaged cache is replaced', {
  tags: 'long',
}, async () => {
  const options = await pictures();
  const { hash, folder } = await prepare(options);
  for (let round = 0; round < 3; round++) {
    truncateSync(join(folder, 'data.bin'), 100);
    const all = await Promise.all(Array.from({ length: 4 }, () => prepare({ ...options, memoryLimit: 0 })));
    for (const dataset of all) {
      expect(dataset.hash).toBe(hash);
      expect((await allPixels(dataset)).at(-1)).toBe(39);
      dataset.close();
    }
  }
  expect(readdirSync(options.cacheDir)).toHaveLength(1);
});
