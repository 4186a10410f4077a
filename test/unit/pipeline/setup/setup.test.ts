import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@onnoise/scheduler/rules';
import { afterEach, describe, expect, test, vi } from 'vitest';
import yargs from 'yargs';
import { Failure } from '#base/files/failure.ts';
import { build } from '#pipeline/commands/options/command.ts';
import { command, readArguments, type SetupArguments } from '#pipeline/commands/setup.ts';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { packagePaths, writeInstall } from '#pipeline/setup/link.ts';
import { type SetupOptions, setUp } from '#pipeline/setup/setup.ts';
import { cudaWheels, tensorflowWheel } from '#pipeline/setup/wheels.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { refusal, runCli } from '#test/run-cli.ts';
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
    route: undefined,
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

describe('setUp', () => {
  test('says how to get a package that npm left out', async () => {
    await expect(setUp(await options({ folder: undefined }))).rejects.toThrow(
      /must be installed, received none\. To install it: npm ci$/,
    );
  });

  test('refuses a route that a system has not', async () => {
    const system = { platform: 'darwin', arch: 'arm64', libc: 'none' } as const;
    await expect(setUp(await options({ route: 'pypi', system }))).rejects.toThrow(
      /--route must be npm on darwin-arm64/,
    );
  });

  test('refuses a package that cannot be written', async () => {
    const file = fileURLToPath(import.meta.url);
    await expect(setUp(await options({ folder: join(file, 'x') }))).rejects.toThrow(
      /Cannot write .*: the package must be a folder that can be written, .* Install it as the user/,
    );
  });

  test('names both hosts where none can be reached', async () => {
    vi.stubEnv('CXX', 'true');
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', `${await closedPort()}/`);
    const asked = await options();
    const work = setUp(asked);
    await expect(work).rejects.toThrow(/^Cannot set up tfjs-node, no route works\. Route npm: .*ECONNREFUSED/);
    await expect(work).rejects.toThrow(new URL(asked.index).host);
    expect(asked.lines).toEqual([]);
  });

  test('says what it will download, from where, where to and with which compiler', async () => {
    vi.stubEnv('CXX', 'true');
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', `${await closedPort()}/`);
    const { file } = tensorflowWheel('tfjs-node');
    const index = await serve((_, response) => response.end(`<a href="/files/${file}">it</a>`));
    const asked = await options({ index });
    await setUp(asked);
    const [heading, ...lines] = asked.lines;
    expect(asked.notes).toHaveLength(1);
    expect(asked.notes[0]).toMatch(/^The route npm does not work: .*ECONNREFUSED/);
    expect(heading).toBe('Setting up tfjs-node by route pypi:');
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
    const asked = await options({ kind: 'tfjs-node-gpu', cuda: true, route: 'pypi', index, signal });
    await setUp(asked);
    process.off('warning', listen);
    expect(asked.lines[1]).toMatch(/nvidia-cudnn-cu12 .* nvidia-nvjitlink-cu12/);
    expect(warnings).toEqual([]);
  });

  test('passes on from a storage that is no address', async () => {
    vi.stubEnv('CXX', 'true');
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', 'foo');
    await expect(setUp(await options())).rejects.toThrow(
      /Route npm: Cannot download libtensorflow: TFJS_NODE_CDN_STORAGE must be an address .* "footensorflow\//,
    );
  });

  test('says once what is in the way of both routes', async () => {
    vi.stubEnv('CXX', 'true');
    const http = openHttpClient({ env: { HTTPS_PROXY: 'socks5://x', HTTP_PROXY: 'socks5://x' } });
    const index = 'https://index.invalid';
    await expect(setUp(await options({ http, index }))).rejects.toThrow(/^Cannot use the proxy: HTTPS_PROXY/);
  });

  test('leaves an addon that was there where its check fails, and asks for --force', { tags: 'long' }, async () => {
    const installed = { route: 'npm', tensorflow: '2.9.1', env: {} } as const;
    const asked = await options({ installed, dryRun: false });
    const { addon, install, libraries } = packagePaths(asked.folder!);
    await mkdir(join(addon, '..'), { recursive: true });
    await mkdir(libraries, { recursive: true });
    await writeFile(addon, 'an addon');
    await writeInstall(asked.folder!, installed);
    const written = JSON.parse(await readFile(install, 'utf8'));
    const work = setUp({ ...asked, installed: written });
    await expect(work).rejects.toThrow(/^Cannot use tfjs-node: the check .* npx pipeline setup tfjs-node --force/);
    expect(asked.notes[1]).toContain('nothing, all of it is there');
    expect(asked.lines).toEqual([]);
    expect(await readFile(addon, 'utf8')).toBe('an addon');
    expect(JSON.parse(await readFile(install, 'utf8'))).toEqual(written);
  });

  test('takes the download of the package where its host is reached', async () => {
    vi.stubEnv(
      'TFJS_NODE_CDN_STORAGE',
      `${await serve((_, response) => response.setHeader('content-length', 2 ** 20).end())}/`,
    );
    const asked = await options();
    await setUp(asked);
    expect(asked.lines.slice(0, 2).join('\n')).toMatch(/by route npm:\n {2}download {3}1 MiB from 127\.0\.0\.1/);
  });
});

test('setUp tells of a disk without room for the download of the package before it begins', async () => {
  const server = await serve((_, response) => response.setHeader('content-length', 2 ** 50).end());
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', `${server}/`);
  const asked = await options({ route: 'npm' });
  await expect(setUp(asked)).rejects.toThrow(/^Cannot set up in .*package: the disk must have .* free, but it has /);
  await expect(setUp(asked)).rejects.toBeInstanceOf(Failure);
  expect(asked.lines).toEqual([]);
  const both = setUp(await options({ folder: asked.folder }));
  await expect(both).rejects.toThrow(/^Cannot set up tfjs-node, no route works\..* the disk must have .* Route pypi: /);
});

test.each([
  ['ENOSPC', Failure, 'the disk is full; free some space and start again.'],
  ['EROFS', InputError, 'the file system is read-only.'],
  ['EACCES', InputError, 'permission is denied.'],
] as const)(
  'setUp tells of a disk that answers %s in a sentence, and leaves a bug as it is',
  async (code, kind, reason) => {
    const server = await serve((_, response) => response.setHeader('content-length', 2 ** 20).end());
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', `${server}/`);
    const failing = async (error: Error) => {
      const asked = await options({ route: 'npm' });
      const say = () => {
        throw error;
      };
      return setUp({ ...asked, hooks: { ...asked.hooks, say } }).catch((thrown) => thrown);
    };
    const refused = await failing(Object.assign(new Error(code), { code, syscall: 'open', path: '/x' }));
    expect(refused).toBeInstanceOf(kind);
    expect(refused.message).toBe(`Cannot set up tfjs-node at /x: ${reason}`);
    const bug = new Error('a bug');
    expect(await failing(bug)).toBe(bug);
  },
);

test('pipeline setup reads what is typed', async () => {
  const cli = yargs(['setup', 'tfjs-node-gpu', '--no-cuda', '--route=pypi']);
  const typed = await cli.command('setup [package]', '', (inner) => build(inner, command) as never).parseAsync();
  expect(readArguments(typed as SetupArguments, {})).toEqual({
    kind: 'tfjs-node-gpu',
    route: 'pypi',
    cuda: false,
    index: 'https://pypi.org/simple',
    force: false,
    dryRun: false,
  });
});

test.each([
  [['tfjs-node', '--rout'], /pipeline setup has no option --rout\. Did you mean --route\?/],
  [['tfjs'], /the package must be tfjs-node or tfjs-node-gpu, received "tfjs"/],
  [[], /the package must be tfjs-node or tfjs-node-gpu, received nothing/],
  [['tfjs-node', 'tfjs-node-gpu'], /unexpected word "tfjs-node-gpu"/],
  [['tfjs-node', '--route', 'pip'], /--route must be one of npm, pypi, received "pip"/],
  [['tfjs-node-gpu', '--cuda', '--no-cuda'], /--no-cuda must be given once, received it twice/],
  [['tfjs-node', '--cuda'], /are for tfjs-node-gpu/],
])('pipeline setup refuses %s', async (args, sentence) => {
  expect(await refusal(runCli('setup', ...args))).toMatch(sentence);
});
