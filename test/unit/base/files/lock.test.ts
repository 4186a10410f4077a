import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, onTestFinished, test } from 'vitest';
import { takeLock, withLock } from '#base/files/lock.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

const words = { action: 'do it', doing: 'does it' };
const free = async (path: string) => (await withLock(path, words, async () => 'done')) === 'done';

/** Another process that tries to take a lock, and its first line of output. */
async function holder(path: string): Promise<{ child: ChildProcess; said: string }> {
  const script = join(import.meta.dirname, '../../../support/programs/lock-holder.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout!, 'data');
  return { child, said: String(said).trim() };
}

async function kill({ child }: { child: ChildProcess }) {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('takeLock', () => {
  test('lets one in at a time and leaves nothing', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.lock');
    await withLock(path, words, async () => {
      await expect(takeLock(path, words)).rejects.toThrow(
        new RegExp(
          `^Cannot do it: another process \\(pid ${process.pid}, since \\d\\d:\\d\\d\\) does it\\. ` +
            'Wait for it or stop it; if it is another program, remove .*a\\.lock\\.$',
        ),
      );
      await expect(takeLock(path, words)).rejects.toBeInstanceOf(InputError);
    });
    await expect(withLock(path, words, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });

  test('holds against another program until that ends, and after a kill at once', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.lock');
    const first = await holder(path);
    expect(first.said).toBe('taken');
    await expect(free(path)).rejects.toThrow(`(pid ${first.child.pid}, since `);
    await kill(first);
    const second = await holder(path);
    expect(second.said).toBe('taken');
    const ended = once(second.child, 'exit');
    second.child.stdin!.end();
    await ended;
    expect(await readdir(folder)).toEqual([]);
  });

  test('of many calls on a stale lock, one at a time is in', { tags: 'long' }, async () => {
    const path = join(await temporaryFolder(), 'a.lock');
    const stale = await lockText(path);
    for (let round = 0; round < 20; round++) {
      await writeFile(path, JSON.stringify({ ...JSON.parse(stale), pid: deadPid() }));
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path, words)));
      const taken = results.filter((result) => result.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      await taken[0]!.value();
    }
  });

  test('takes over from one that was killed in the middle of a take-over', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.lock');
    const stale = JSON.stringify({ ...JSON.parse(await lockText(path)), pid: deadPid() });
    await writeFile(path, stale);
    await writeFile(`${path}.takeover`, stale);
    expect(await free(path)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each<[string, string | object]>([
    ['with nothing in it', ''],
    ['that makes no sense', 'x'],
    ['with numbers that make no sense', '{"pid":-1,"birth":"1","boot":"1","host":"x","since":0}'],
    ...(process.platform === 'linux'
      ? ([
          ['of an earlier process of the same number', { birth: '1' }],
          ['of a process of an earlier boot', { boot: 'another' }],
        ] as [string, object][])
      : []),
  ])('takes over a lock %s', async (_, change) => {
    const path = join(await temporaryFolder(), 'a.lock');
    const text =
      typeof change === 'string' ? change : JSON.stringify({ ...JSON.parse(await lockText(path)), ...change });
    await writeFile(path, text);
    expect(await free(path)).toBe(true);
  });

  test('cannot look into another machine, and says how to go on', async () => {
    const path = join(await temporaryFolder(), 'a.lock');
    const away = { ...JSON.parse(await lockText(path)), pid: deadPid(), host: `not-${hostname()}`, since: 0 };
    await writeFile(path, JSON.stringify(away));
    await expect(free(path)).rejects.toThrow(
      new RegExp(
        `^Cannot do it: another process \\(pid \\d+ on not-${hostname()}, since 19\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d\\) does it\\. ` +
          `Wait for it or stop it on not-${hostname()}; if it is gone, remove .*a\\.lock\\.$`,
      ),
    );
    await rm(path);
    expect(await free(path)).toBe(true);
  });

  test('says in a sentence that the lock cannot be written', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'a.lock'));
    await expect(free(join(folder, 'file', 'a.lock'))).rejects.toThrow('Cannot do it: a part of the path is a file.');
    await expect(free(join(folder, 'nowhere', 'a.lock'))).rejects.toThrow('Cannot do it: it is not there.');
    await expect(free(join(folder, 'a.lock'))).rejects.toThrow('Cannot do it: it is a folder.');
  });
});

/** The content of a lock that this process holds. */
const lockText = (path: string) => withLock(path, words, () => readFile(path, 'utf8'));

const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;
