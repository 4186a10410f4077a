import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type HugePageSystem, hugePages } from '#pipeline/terminal/huge-pages.ts';

const ON = 'glibc.malloc.hugetlb=1';
const debian: HugePageSystem = { setting: 'always [madvise] never\n', glibc: '2.41', tunables: '' };

describe('hugePages', () => {
  it.each<[string, string[], Partial<HugePageSystem>, string | undefined]>([
    ['training asks for them', ['train', '--data', 'digits'], {}, ON],
    ['other tunables stay', ['train'], { tunables: 'glibc.malloc.arena_max=2' }, `glibc.malloc.arena_max=2:${ON}`],
    ['a user who chose keeps the choice', ['train'], { tunables: 'glibc.malloc.hugetlb=0' }, undefined],
    ['once is enough', ['train'], { tunables: ON }, undefined],
    ['every program has them', ['train'], { setting: '[always] madvise never\n' }, undefined],
    ['no program has them', ['train'], { setting: 'always madvise [never]\n' }, undefined],
    ['no such kernel', ['train'], { setting: '' }, undefined],
    ['musl', ['train'], { glibc: undefined }, undefined],
    ['an older glibc', ['train'], { glibc: '2.34' }, undefined],
    ['the first glibc that can', ['train'], { glibc: '2.35' }, ON],
    ['help', ['train', '--help'], {}, undefined],
    ['a dry run', ['train', '--dry-run'], {}, undefined],
    ['another command', ['sample', '--model', 'models/digits'], {}, undefined],
    ['no command', [], {}, undefined],
  ])('%s', (_, args, system, wanted) => {
    expect(hugePages(args, () => ({ ...debian, ...system }))).toBe(wanted);
  });
});

describe('a command line that starts again', () => {
  const PROGRAM = join(import.meta.dirname, '../../../support/huge-pages-program.ts');
  const { GLIBC_TUNABLES: _, ...env } = process.env;
  const run = async (stdio: ['ignore', 'pipe', 'pipe'] | ['ignore', 'pipe', 'pipe', 'ipc']) => {
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, 'a word', '--and=more'], { stdio, env });
    const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
    return { stdout: JSON.parse(stdout) as unknown, stderr, code: child.exitCode };
  };
  const answer = { args: ['a word', '--and=more'], tunables: ON, options: true };

  it('has the variable, its own arguments and its exit code, and says nothing of it', async () => {
    expect(await run(['ignore', 'pipe', 'pipe'])).toEqual({ stdout: answer, stderr: '', code: 5 });
  });

  it('does so in a program that was forked with a channel', async () => {
    expect(await run(['ignore', 'pipe', 'pipe', 'ipc'])).toEqual({ stdout: answer, stderr: '', code: 5 });
  });
});
