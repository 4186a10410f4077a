import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type HugePageSystem, hugePages } from '#pipeline/terminal/huge-pages.ts';
import { skipBecause } from '#test/skip.ts';

const ON = 'glibc.malloc.hugetlb=1';
const debian: HugePageSystem = { setting: 'always [madvise] never\n', glibc: '2.41', tunables: '', replaceable: true };

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
    ['a Node that cannot replace its process', ['train'], { replaceable: false }, undefined],
    ['help', ['train', '--help'], {}, undefined],
    ['a dry run', ['train', '--dry-run'], {}, undefined],
    ['another command', ['sample', '--model', 'models/digits'], {}, undefined],
    ['no command', [], {}, undefined],
  ])('%s', (_, args, system, wanted) => {
    expect(hugePages(args, () => ({ ...debian, ...system }))).toBe(wanted);
  });
});

const LACKS_EXECVE = 'execve' in process ? undefined : 'Node cannot replace its process: use 22.15 or newer';

describe('startAgain', skipBecause(LACKS_EXECVE), () => {
  const PROGRAM = join(import.meta.dirname, '../../../support/huge-pages-program.ts');

  it('has the variable, the same arguments, process and output, and says nothing of it', async () => {
    const { GLIBC_TUNABLES: _, ...env } = process.env;
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, 'a word', '--and=more'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    const answer = { args: ['a word', '--and=more'], tunables: ON, options: true, id: child.pid };
    expect({ stdout: JSON.parse(stdout) as unknown, stderr, code: child.exitCode }).toEqual({
      stdout: answer,
      stderr: '',
      code: 5,
    });
  });
});
