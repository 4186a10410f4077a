import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type HugePageSystem, hugePages, thisSystem } from '#base/terminal/huge-pages.ts';
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

// The test's own process was forked with a channel, so it is another one that starts again.
const asking = { ...thisSystem(), tunables: '', replaceable: 'execve' in process };
const LACKS = hugePages(['train'], () => asking)
  ? undefined
  : 'huge pages for who asks: Node 22.15 and Linux with glibc 2.35';

describe('startAgain', skipBecause(LACKS), () => {
  const PROGRAM = join(import.meta.dirname, '../../../support/programs/huge-pages.ts');
  const { GLIBC_TUNABLES: _, ...env } = process.env;

  async function run(more: Record<string, string>, options: string[] = []) {
    const child = spawn(process.execPath, [...options, '--import', 'tsx', PROGRAM, 'a word', '--and=more'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, ...more },
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { said: JSON.parse(stdout) as unknown, id: child.pid, stderr, code: child.exitCode };
  }

  it('has the variable, the same arguments, process and output, and says nothing of it', async () => {
    const { said, id, stderr, code } = await run({});
    expect(said).toEqual({ args: ['a word', '--and=more'], tunables: ON, options: true, id });
    expect({ stderr, code }).toEqual({ stderr: '', code: 5 });
  });

  it('does so once, also where glibc takes the variable away', async () => {
    expect(await run({ TAKEN: 'yes' })).toMatchObject({ said: { options: true }, code: 5 });
  });

  it('goes on without where Node may start nothing', async () => {
    const allowed = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '--allow-addons'];
    const { said, code } = await run({}, allowed);
    expect(said).not.toHaveProperty('tunables');
    expect(code).toBe(5);
  });
});
