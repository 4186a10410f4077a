import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../../support/programs/second.ts');

interface Started {
  first: ChildProcessByStdio<null, Readable, Readable>;
  /** The second process. */
  second: number;
  errors: Promise<string>;
}

async function start(argument: 'code' | 'save' | 'wait'): Promise<Started> {
  const first = spawn(process.execPath, ['--import', 'tsx', PROGRAM, argument], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  onTestFinished(() => void first.kill('SIGKILL'));
  const errors = text(first.stderr);
  const [line] = (await once(first.stdout, 'data')) as [Buffer];
  return { first, second: Number(line.toString()), errors };
}

const isAlive = (id: number) => {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
};

describe('a second process', () => {
  it('gives the first its exit code, and is another one', async () => {
    const { first, second } = await start('code');
    expect(second).not.toBe(first.pid);
    await once(first, 'close');
    expect(first.exitCode).toBe(7);
  });

  it.skipIf(process.platform === 'win32')(
    'gets a signal once, be it for the first or for all of its group',
    { tags: 'long' },
    async () => {
      const alone = await start('save');
      alone.first.kill('SIGINT');
      await once(alone.first, 'close');
      expect(alone.first.exitCode).toBe(130);

      const group = await start('save');
      process.kill(-group.first.pid!, 'SIGINT'); // what Ctrl-C does
      await once(group.first, 'close');
      expect(group.first.exitCode).toBe(130);
      expect(await group.errors).toBe('');
    },
  );

  it.skipIf(process.platform === 'win32')('tells of the signal that ended it', async () => {
    const { first, second, errors } = await start('wait');
    process.kill(second, 'SIGKILL');
    await once(first, 'close');
    expect(first.exitCode).toBe(128 + 9);
    expect(await errors).toBe('SIGKILL ended the command.\n');
  });

  it('ends when the first is killed', { tags: 'long' }, async () => {
    const { first, second } = await start('wait');
    expect(isAlive(second)).toBe(true);
    first.kill('SIGKILL');
    await once(first, 'exit');
    for (let i = 0; i < 100 && isAlive(second); i++) await wait(50);
    expect(isAlive(second)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('stops and goes on with the first', async () => {
    const { readFile } = await import('node:fs/promises');
    const { first, second } = await start('wait');
    const state = async (id: number) => /^State:\s+(\w)/m.exec(await readFile(`/proc/${id}/status`, 'utf8'))?.[1];
    const becomes = async (wanted: RegExp) => {
      for (let i = 0; i < 100; i++) {
        const states = `${await state(first.pid!)}${await state(second)}`;
        if (wanted.test(states)) return states;
        await wait(50);
      }
      return 'neither';
    };
    first.kill('SIGTSTP'); // what Ctrl-Z does
    expect(await becomes(/^TT$/)).toBe('TT');
    first.kill('SIGCONT');
    expect(await becomes(/^[SR][SR]$/)).toMatch(/^[SR][SR]$/);
  });
});
