import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withLock } from '../../../scripts/tfjs-node/lock.ts';
import { temporaryFolder } from './support.ts';

const lockOf = (cache: string) => join(cache, 'set-up.lock');
const free = async (cache: string) => (await withLock(cache, async () => 'done')) === 'done';

describe('withLock', () => {
  test('lets one in at a time, with the number of the other process, and leaves nothing', async () => {
    const cache = await temporaryFolder();
    await withLock(cache, async () => {
      const second = withLock(cache, async () => 'in');
      await expect(second).rejects.toThrow(
        `Cannot set up: another set-up (process ${process.pid}) is at work; wait for it or stop it.`,
      );
    });
    await expect(withLock(cache, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(cache)).toEqual([]);
  });

  test('holds against a process of another program, until that is gone', async () => {
    const cache = await temporaryFolder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    await once(other, 'spawn');
    await writeFile(lockOf(cache), `${other.pid} \n`);
    await expect(free(cache)).rejects.toThrow(`(process ${other.pid}) is at work`);
    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;
    expect(await free(cache)).toBe(true);
    expect(await readdir(cache)).toEqual([]);
  });

  test.each([
    ['of a process that is gone', () => `${spawnSync(process.execPath, ['-e', '']).pid} 1\n`],
    ['with nothing in it', () => ''],
    ['that makes no sense', () => 'x'],
  ])('takes over a lock %s', async (_, text) => {
    const cache = await temporaryFolder();
    await writeFile(lockOf(cache), text());
    expect(await free(cache)).toBe(true);
  });

  test.runIf(process.platform === 'linux')('does not take a later process of the same number for it', async () => {
    const cache = await temporaryFolder();
    await writeFile(lockOf(cache), `${process.pid} 1\n`);
    expect(await free(cache)).toBe(true);
  });
});
