import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, test, vi } from 'vitest';
import { Failure } from '#base/files/failure.ts';
import { exitCodeOf } from '#base/terminal/errors.ts';
import { setVoice } from '#base/terminal/voice.ts';
import { loggerOf } from '#pipeline/commands/serve.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { PIPELINE } from '#test/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';

describe('exitCodeOf', () => {
  const told = (error: unknown) => {
    let text = '';
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
      text += String(part);
      return true;
    });
    try {
      return [exitCodeOf(error), text];
    } finally {
      spy.mockRestore();
    }
  };

  test('tells mistakes and failures in their sentence, and a bug by its stack', () => {
    expect(told(new InputError('Cannot do it.'))).toEqual([2, 'Cannot do it.\n']);
    expect(told(new Failure('Cannot do it.'))).toEqual([1, 'Cannot do it.\n']);
    expect(told(new TypeError('a bug'))).toEqual([1, expect.stringMatching(/^TypeError: a bug\n {4}at /)]);
    expect(told(new DOMException('stop', 'AbortError'))).toEqual([130, 'Interrupted.\n']);
  });

  test('keeps a sentence on its line, whatever a name holds', () => {
    const name = 'a\nb\u001b[31m\u009b\u2028"é';
    const shown = 'a\\nb\\u001b[31m\\u009b\\u2028"é';
    expect(told(new InputError(`Cannot read ${name}.`))).toEqual([2, `Cannot read ${shown}.\n`]);
    const lines = `Cannot read ${shown}.\n  ${shown}\n`;
    expect(told(new Failure(`Cannot read ${name}.`, [`  ${name}`]))).toEqual([1, lines]);
    const error = Object.assign(new Error(name), { code: 'EIO' });
    expect(told(error)).toEqual([1, `Cannot continue: the disk reports an error (${shown}).\n`]);
  });

  test('tells what a file system refuses in a sentence, with --verbose by its stack', () => {
    const error = Object.assign(new Error("EIO: i/o error, open 'x'"), { code: 'EIO' });
    expect(told(error)).toEqual([1, "Cannot continue: the disk reports an error (EIO: i/o error, open 'x').\n"]);
    setVoice({ verbose: true });
    expect(told(error)).toEqual([1, expect.stringMatching(/^Error: EIO: .*\n {4}at /)]);
    setVoice();
  });
});

describe('the log of pipeline serve', () => {
  test('counts as notes: --quiet leaves errors alone, unless a level is asked for', () => {
    expect([loggerOf(), loggerOf('warn'), loggerOf('silent')]).toEqual([{ level: 'info' }, { level: 'warn' }, false]);
    setVoice({ quiet: true });
    expect([loggerOf(), loggerOf('info')]).toEqual([{ level: 'error' }, { level: 'info' }]);
    setVoice();
  });
});

/** Starts the program and resolves with its end; `until` gets its standard error. */
function start(
  args: string[],
  stdio: ('ignore' | 'pipe' | number)[],
  until?: (said: string, kill: (signal: NodeJS.Signals) => void) => void,
) {
  const child = spawn(process.execPath, [PIPELINE, ...args], { stdio: stdio as ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
    until?.(stderr, (signal) => child.kill(signal));
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stderr }));
  });
  return { child, ended };
}

describe('the program', () => {
  test('goes on when nobody reads what it says', { tags: 'long' }, async () => {
    const out = join(await temporaryFolder(), 's.png');
    const args = ['sample', '--model', await tinyArtefact(), '--count', '1', '--steps', '2', '--out', out];
    const { child, ended } = start(args, ['ignore', 'pipe', 'pipe']);
    child.stdout!.destroy();
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('    at ')]);
    const deaf = start(args, ['ignore', 'ignore', 'pipe']);
    deaf.child.stderr!.destroy();
    expect(await deaf.ended).toMatchObject({ code: 0 });
  });

  test.runIf(process.platform === 'linux')('says in a sentence that its results cannot be written', async () => {
    const { ended } = start(['--version'], ['ignore', openSync('/dev/full', 'w'), 'pipe']);
    expect(await ended).toEqual({ code: 1, stderr: 'Cannot write to standard output: the disk is full.\n' });
  });

  const stops = async (signal: NodeJS.Signals) => {
    const out = await temporaryFolder();
    const model = await tinyArtefact({ T: 100_000 });
    const sampler = ['--sampler', 'ddim', '--steps', '100000'];
    const args = ['sample', '--model', model, '--count', '64', ...sampler, '--out', join(out, 's.png')];
    let told = false;
    const { ended } = start(
      [...args, '--singles', join(out, 'singles')],
      ['ignore', 'ignore', 'pipe'],
      (said, kill) => {
        if (told || !said.includes('Device:')) return;
        told = true;
        kill(signal);
      },
    );
    expect(await ended).toEqual({ code: 130, stderr: expect.stringMatching(/Interrupted\.\n$/) });
    expect(await readdir(out, { recursive: true })).toEqual(['singles']);
  };
  const TITLE = 'stops at %s and leaves nothing half-written';
  test.each(['SIGINT'] as const)(TITLE, skipBecause(LACKS_SIGINT), stops);
  test.each(['SIGTERM', 'SIGHUP'] as const)(TITLE, { ...skipBecause(LACKS_SIGINT), tags: 'long' }, stops);
});
