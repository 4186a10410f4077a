import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '#base/terminal/errors.ts';
import { lacksMount, smallDisk } from '#test/pictures/disks.ts';
import {
  allPixels,
  flatPicture,
  gray,
  listCache,
  prepare,
  temporaryFolder,
  writeFiles,
} from '#test/pictures/images.ts';
import { spawnCli } from '#test/run-cli.ts';
import { sentenceOf } from '#test/sentence.ts';
import { skipBecause } from '#test/skip.ts';

const root = temporaryFolder();

/** Gray pictures, and perhaps one with colour at the end. */
async function pictures(name: string, count: number, colour = false): Promise<string> {
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`${100 + i}.png`, gray(i)]));
  return writeFiles(join(root, name), { ...files, ...(colour && { 'z.png': flatPicture(8, 8, 200, 0, 0) }) });
}

const workBegan = () => {
  throw new Error('work began');
};

describe('a full disk', skipBecause(lacksMount()), () => {
  it('is told before the first picture is read, with what is needed and what there is', async () => {
    const cacheDir = join(smallDisk(1024), 'cache');
    const data = await pictures('many', 5);
    const said = await sentenceOf(prepare({ data, cacheDir, size: 512 }, workBegan), Failure);
    expect(said).toMatch(
      /^Cannot write 5 prepared images in .*cache: the disk must have 1\.25 MiB free, but it has (1 MiB|10\d\d KiB)\. Free/,
    );
    expect(listCache(cacheDir)).toEqual({ complete: [], temporary: [] });
    expect((await prepare({ data, cacheDir, size: 256 })).count).toBe(5);
  });

  it('is told when the first picture with colour makes three channels of one', async () => {
    const cacheDir = join(smallDisk(1024), 'cache');
    const data = await pictures('coloured', 5, true);
    expect(await sentenceOf(prepare({ data, cacheDir, size: 256 }), Failure)).toContain('must have 1.13 MiB free');
    expect(listCache(cacheDir)).toEqual({ complete: [], temporary: [] });
    expect((await prepare({ data, cacheDir, size: 256, channels: 1 })).count).toBe(6);
  });

  it('that others fill meanwhile is one sentence and leaves nothing that is taken for whole', async () => {
    const disk = smallDisk(1024);
    const cacheDir = join(disk, 'cache');
    const data = await pictures('some', 5);
    const ballast = join(disk, 'ballast');
    const work = prepare({ data, cacheDir, size: 256 }, ({ done }) => {
      if (done === 1) fillUp(ballast);
    });
    expect(await sentenceOf(work, Failure)).toMatch(
      /^Cannot write the prepared images in .*cache: the disk is full\.$/,
    );
    expect(listCache(cacheDir)).toEqual({ complete: [], temporary: [] });
    rmSync(ballast, { recursive: true });
    const dataset = await prepare({ data, cacheDir, size: 256 });
    expect(dataset.cached).toBe(false);
    expect((await allPixels(dataset)).at(-1)).toBe(4);
  });

  it('ends the command with exit code 1 and no stack', { tags: 'long' }, async () => {
    const cacheDir = join(smallDisk(256), 'cache');
    const data = await pictures('command', 3);
    const args = ['prepare', '--data', data, '--size', '512', '--cache-dir', cacheDir];
    const { code, stdout, stderr } = await spawnCli(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Cannot write 3 prepared images in .*\n$/);
  });
});

describe('a read-only disk', skipBecause(lacksMount()), () => {
  it('is told before the first picture is read', async () => {
    const disk = smallDisk(1024);
    const data = await pictures('few', 2);
    const ready = await prepare({ data, cacheDir: join(disk, 'cache') });
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect((await prepare({ data, cacheDir: join(disk, 'cache') })).hash).toBe(ready.hash);
    for (const cacheDir of [join(disk, 'cache'), join(disk, 'new')]) {
      const said = await sentenceOf(prepare({ data, cacheDir, size: 9 }, workBegan));
      expect(said).toContain('the file system is read-only');
    }
  });
});

/** Writes until the disk is full. */
function fillUp(path: string): void {
  mkdirSync(path);
  try {
    for (let size = 65_536; ; ) writeFileSync(join(path, `${readdirSync(path).length}`), new Uint8Array(size));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
