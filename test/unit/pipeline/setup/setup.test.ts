import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import yargs from 'yargs';
import { Failure } from '#base/files/failure.ts';
import { build } from '#pipeline/commands/options/command.ts';
import { command, readArguments, type SetupArguments } from '#pipeline/commands/setup.ts';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { type SetupOptions, setUp } from '#pipeline/setup/setup.ts';
import type { Wheel } from '#pipeline/setup/wheel.ts';
import { cudaWheels, tensorflowWheel } from '#pipeline/setup/wheels.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { refuses, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';
import { closedPort, serve } from './support.ts';

afterEach(() => vi.unstubAllEnvs());

async function options(over: Partial<SetupOptions> = {}): Promise<SetupOptions & { lines: string[]; notes: string[] }> {
  const root = await temporaryFolder();
  const folder = join(root, 'package');
  await mkdir(folder);
  const lines: string[] = [];
  const notes: string[] = [];
  return {
    kind: 'tfjs-node',
    folder,
    cache: join(root, 'cache'),
    installed: undefined,
    force: false,
    cuda: undefined,
    index: await closedPort(),
    http: openHttpClient({ env: {} }),
    dryRun: true,
    system: { platform: 'linux', arch: 'x64', libc: 'glibc' },
    hooks: {
      say: (line) => lines.push(line),
      note: (line) => notes.push(line),
      progress: (_, work) => work(() => {}),
    },
    lines,
    notes,
    ...over,
  };
}

/** An index that lists a wheel. */
const indexOf = ({ file }: Wheel) => serve((_, response) => response.end(`<a href="/files/${file}">it</a>`));

describe('setUp', () => {
  test('says how to get a package that npm left out', async () => {
    await expect(setUp(await options({ folder: undefined }))).rejects.toThrow(
      'must be installed, received none. To install it: npm ci',
    );
  });

  test('says what it will download, from where, where to and with which compiler', async () => {
    vi.stubEnv('CXX', 'true');
    const index = await indexOf(tensorflowWheel('tfjs-node'));
    const asked = await options({ index });
    await setUp(asked);
    const [heading, ...lines] = asked.lines;
    expect(asked.notes).toEqual([]);
    expect(heading).toBe('Setting up tfjs-node:');
    expect(lines[0]).toContain(`220 MiB from ${new URL(index).host}`);
    expect(lines[1]).toContain('652 MiB in ');
    expect(lines[2]).toContain('true, some seconds');
  });

  test('asks for all wheels of CUDA at once without a warning of too many listeners', async () => {
    vi.stubEnv('CXX', 'true');
    const warnings: string[] = [];
    const listen = ({ name }: Error) => warnings.push(name);
    process.on('warning', listen);
    const files = [tensorflowWheel('tfjs-node-gpu'), ...cudaWheels()].map(({ file }) => file);
    const page = files.map((file) => `<a href="/files/${file}">it</a>`).join('');
    const index = await serve((_, response) => void setTimeout(() => response.end(page), 20));
    const { signal } = new AbortController();
    const asked = await options({ kind: 'tfjs-node-gpu', cuda: true, index, signal });
    await setUp(asked);
    process.off('warning', listen);
    expect(asked.lines[1]).toMatch(says('nvidia-cudnn-cu12 * nvidia-nvjitlink-cu12'));
    expect(warnings).toEqual([]);
  });
});

test('setUp tells of a full disk in a sentence, and leaves a bug as it is', async () => {
  vi.stubEnv('CXX', 'true');
  const index = await indexOf(tensorflowWheel('tfjs-node'));
  const failing = async (error: Error) => {
    const asked = await options({ index });
    const say = () => {
      throw error;
    };
    return setUp({ ...asked, hooks: { ...asked.hooks, say } });
  };
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'open', path: '/x' });
  await expect(failing(full)).rejects.toEqual(
    new Failure('Cannot set up tfjs-node at /x: the disk is full; free some space and start again.'),
  );
  const bug = new Error('a bug');
  await expect(failing(bug)).rejects.toBe(bug);
});

test('pipeline setup reads what is typed', async () => {
  const cli = yargs(['setup', 'tfjs-node-gpu', '--no-cuda']);
  const typed = await cli.command('setup [package]', '', (inner) => build(inner, command) as never).parseAsync();
  expect(readArguments(typed as SetupArguments, {})).toEqual({
    kind: 'tfjs-node-gpu',
    cuda: false,
    index: 'https://pypi.org/simple',
    force: false,
    dryRun: false,
  });
});

test.each([
  ['tfjs', 'the package must be tfjs-node or tfjs-node-gpu, received "tfjs"'],
  ['--force', 'the package must be tfjs-node or tfjs-node-gpu, received nothing'],
  ['tfjs-node --route npm', 'wheels of PyPI, on Linux x64: leave it out.'],
  ['tfjs-node-gpu --cuda --no-cuda', '--no-cuda must be given once, received it twice'],
  ['tfjs-node --cuda', 'are for tfjs-node-gpu'],
])('pipeline setup refuses %s', async (typed, sentence) => {
  await refuses(runCli('setup', ...typed.split(' ')), sentence);
});
