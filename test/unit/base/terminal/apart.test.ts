import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { opensGpu } from '#base/terminal/apart.ts';

const PROGRAM = join(import.meta.dirname, '../../../support/programs/apart.ts');
const start = (argument: string) => spawn(process.execPath, ['--import', 'tsx', PROGRAM, argument]);

describe('runApart', () => {
  it('keeps native warnings off standard error, and nothing else', async () => {
    const child = start('2');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect(stdout).toBe('a result\n');
    expect(stderr.split('\n').sort()).toEqual(['', 'Device: webgpu', 'the driver failed']);
    expect(child.exitCode).toBe(2);
  });
});

describe('opensGpu', () => {
  const gpu = async () => true;
  const none = async () => false;
  it.each([
    ['sample on a GPU that is asked for', ['sample', '--device', 'webgpu'], none, true],
    ['the same in one word', ['sample', '--device=webgpu'], none, true],
    ['the device left to us, with a GPU', ['sample', '--count', '4'], gpu, true],
    ['the device left to us, without one', ['sample'], none, false],
    ['the processor', ['sample', '--device', 'cpu'], gpu, false],
    ['help', ['sample', '--device', 'webgpu', '--help'], gpu, false],
    ['another command', ['doctor'], gpu, false],
    ['no command', [], gpu, false],
  ])('%s', async (_, args, hasGpu, wanted) => {
    expect(await opensGpu(args, hasGpu)).toBe(wanted);
  });
});
