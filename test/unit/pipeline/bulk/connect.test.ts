import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { checkServer, connectQueue } from '#pipeline/bulk/connect.ts';
import { parseQueueUrl } from '#pipeline/bulk/redis-url.ts';
import { eachLong } from '#test/each-long.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { runCli } from '#test/run-cli.ts';

/** Nothing listens on port 1 of the loopback. */
const NOBODY = 'redis://127.0.0.1:1';

describe('parseQueueUrl', () => {
  test.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }, 'redis://localhost:6379'],
    ['redis://[::1]:7000/3', { host: '::1', port: 7000, db: 3 }, 'redis://[::1]:7000/3'],
    [
      'redis://me:p%40ss@queue.example:7000/',
      { host: 'queue.example', port: 7000, db: 0, username: 'me', password: 'p@ss' },
      'redis://queue.example:7000',
    ],
    ['redis://:secret@h', { host: 'h', port: 6379, db: 0, password: 'secret' }, 'redis://h:6379'],
    ['rediss://h', { host: 'h', port: 6379, db: 0, tls: { servername: 'h' } }, 'rediss://h:6379'],
  ])('reads %s', (text, connection, shown) => {
    expect(parseQueueUrl(text)).toEqual({ connection, shown });
  });

  test.each([
    'localhost:6379',
    'http://me:secret@localhost',
    'redis://',
    'redis://me:secret@h:99999',
    'redis://me:secret@h/one',
    'redis://me:secret@h?family=6',
    'redis://me:secret@h#top',
    'redis://me:secret%zz@h',
    'me:secret@h',
    'redis://me:sec@ret@bad host',
    '',
    6379,
    [['redis://a', 'redis://b']],
  ])('refuses %j, and shows no password', (text) => {
    const read = () => parseQueueUrl(text);
    expect(read).toThrow(/^Cannot use the queue: --queue must be redis:\/\/host:port, or rediss:\/\/.*, received /);
    expect(read).not.toThrow(/secret|sec@/);
  });
});

describe('checkServer', () => {
  const info = (fields: Record<string, string>) =>
    Object.entries({ redis_version: '8.0.2', role: 'master', maxmemory_policy: 'noeviction', ...fields })
      .map(([name, value]) => `${name}:${value}\r\n`)
      .join('');

  test.each([
    ['an old Redis', { redis_version: '6.0.16' }, 'it is version 6.0, but 6.2 is needed'],
    ['a replica', { role: 'slave' }, 'it is a replica'],
    ['a node of a cluster', { cluster_enabled: '1' }, 'it is a node of a cluster'],
  ])('refuses %s', (_, fields, message) => {
    expect(() => checkServer(info(fields), () => {})).toThrow(message);
  });

  test('takes what it should, without a word, and what does not tell', () => {
    const onLine = vi.fn();
    for (const text of [info({}), info({ redis_version: '6.2.0' }), info({ redis_version: '7.2.4' }), '']) {
      checkServer(text, onLine);
    }
    expect(onLine).not.toHaveBeenCalled();
  });

  test('warns of an eviction policy that drops jobs', () => {
    const onLine = vi.fn();
    checkServer(info({ maxmemory_policy: 'volatile-lru' }), onLine);
    expect(onLine).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('volatile-lru and should be noeviction'));
  });
});

test('connectQueue tells in a sentence that nobody answers, at once and without the password', async () => {
  await expect(connectQueue('redis://:secret@127.0.0.1:1', () => {})).rejects.toThrow(
    'Cannot connect to the queue at redis://127.0.0.1:1: it refuses the connection (ECONNREFUSED).',
  );
  await expect(connectQueue('redis://localhost:1', () => {})).rejects.toThrow(
    /at redis:\/\/localhost:1: it refuses the connection \(ECONNREFUSED\)/,
  );
});

/** An address where nothing listens any more. */
async function closedHost(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

describe('pipeline generate and pipeline worker', () => {
  test.each([
    ['generate without a count', ['generate', '--queue', NOBODY], '--count must be given'],
    ['a word for a count', ['generate', '--count', 'many'], '--count must be a number'],
    ['an unknown option', ['worker', '--sede', '1'], 'pipeline worker has no option --sede'],
    [
      'an order beside a queue',
      ['worker', '--queue', NOBODY, '--seed', '1'],
      '--seed must be left out without --shards',
    ],
    ['a share of no order', ['worker', '--shards', '0/2'], '--count must be given'],
    [
      'a share beside a queue',
      ['worker', '--shards', '0/2', '--count', '1', '--queue', NOBODY],
      '--queue must be left out',
    ],
    [
      'a share beyond the last',
      ['worker', '--shards', '2/2', '--count', '1'],
      'a task from 0 to 1 and their number, as 0/2',
    ],
    ['a merge of a queue', ['generate', '--count', '1', '--merge', '--queue', NOBODY], '--queue must be left out'],
    ['generate without a queue', ['generate', '--count', '1'], '--queue must be given, as redis://localhost:6379'],
    ['a worker without a queue', ['worker'], '--queue must be given'],
    ['a queue that is none', ['worker', '--queue', 'nowhere'], '--queue must be redis://host:port'],
    ['two queues', ['worker', '--queue', NOBODY, '--queue', NOBODY], '--queue must be given once'],
    ['a name with a colon', ['worker', '--queue', NOBODY, '--name', 'a:b'], '--name must be letters, digits'],
    ['a count of 0', ['generate', '--queue', NOBODY, '--count', '0'], '--count must be an integer from 1'],
    ['a batch of 0', ['worker', '--queue', NOBODY, '--batch', '0'], '--batch must be an integer from 1 to 1024'],
    ['a missing model', ['generate', '--queue', NOBODY, '--count', '1', '--model', 'nowhere'], 'there is none'],
    ['a worker of no model', ['worker', '--queue', NOBODY, '--model', 'nowhere'], 'nowhere must be a model folder'],
    [
      'an address of no queue',
      ['generate', '--queue', 'http://x', '--count', '1'],
      '--queue must be redis://host:port',
    ],
    ['a model named twice', ['worker', '--queue', NOBODY, '--model', 'x/a', '--model', 'y/a'], 'received a twice'],
  ])('refuse %s in a sentence, with exit code 2', async (_, args, message) => {
    vi.stubEnv('REDIS_URL', undefined);
    const model = await tinyArtefact();
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    const given = args.includes('--model') ? [] : ['--model', model];
    const { code, stdout, stderr } = await runCli(...args, ...given, '--out', folder);
    vi.unstubAllEnvs();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  const UNHEARD = [
    {
      command: 'generate',
      argsOf: (host: string) => ['generate', '--queue', `redis://${host}`, '--count', '1'],
      where: 'the queue at redis://',
    },
    {
      command: 'prepare',
      argsOf: (host: string) => ['prepare', '--data', `dicomweb:http://${host}/`],
      where: 'the list of images from ',
    },
  ];
  eachLong(
    UNHEARD,
    '$command fails in a sentence where nothing listens, with exit code 1',
    async ({ command, argsOf, where }) => {
      const host = await closedHost();
      const given = command === 'prepare' ? [] : ['--model', await tinyArtefact(), '--out', await temporaryFolder()];
      const { code, stdout, stderr } = await runCli(...argsOf(host), ...given);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`${where}${host}: it refuses the connection (ECONNREFUSED).\n`);
      expect(stderr.trim()).not.toContain('\n');
    },
  );
});
