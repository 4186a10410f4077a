import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { checkServer, connectQueue } from '#pipeline/bulk/connect.ts';
import { parseQueueUrl } from '#pipeline/bulk/redis-url.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { refusal, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';

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
    expect(read).toThrow(says('Cannot use the queue: --queue must be redis://host:port, or rediss://*, received '));
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
    'at redis://localhost:1: it refuses the connection (ECONNREFUSED)',
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
    [`generate --queue ${NOBODY}`, '--count must be given'],
    [`worker --queue ${NOBODY} --seed 1`, '--seed must be left out without --shards'],
    [`worker --queue ${NOBODY} --format dicom`, '--format must be left out without --shards'],
    [`worker --queue ${NOBODY} --depth 16`, '--depth must be left out without --shards'],
    [`worker --queue ${NOBODY} --pixel-spacing 1`, '--pixel-spacing must be left out without --shards'],
    ['worker --shards 0/2', '--count must be given'],
    [`worker --shards 0/2 --count 1 --queue ${NOBODY}`, '--queue must be left out'],
    ['worker --shards 2/2 --count 1', 'a task from 0 to 1 and their number, as 0/2'],
    [`generate --count 1 --merge --queue ${NOBODY}`, '--queue must be left out'],
    ['generate --count 1', '--queue must be given, as redis://localhost:6379'],
    ['worker', '--queue must be given'],
    [`worker --queue ${NOBODY} --name a:b`, '--name must be letters, digits'],
    [`generate --queue ${NOBODY} --count 1 --model nowhere`, 'there is none'],
    ['generate --queue http://x --count 1', '--queue must be redis://host:port'],
    [`worker --queue ${NOBODY} --model x/a --model y/a`, 'received a twice'],
  ])('refuse %s in a sentence', async (typed, message) => {
    vi.stubEnv('REDIS_URL', undefined);
    const args = typed.split(' ');
    if (!args.includes('--model')) args.push('--model', await tinyArtefact());
    const stderr = await refusal(runCli(...args, '--out', await temporaryFolder()));
    vi.unstubAllEnvs();
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test('fail in a sentence where nothing listens, with exit code 1', async () => {
    const host = await closedHost();
    const places = ['--model', await tinyArtefact(), '--out', await temporaryFolder()];
    const { code, stdout, stderr } = await runCli('generate', '--queue', `redis://${host}`, '--count', '1', ...places);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`the queue at redis://${host}: it refuses the connection (ECONNREFUSED).\n`);
    expect(stderr.trim()).not.toContain('\n');
  });
});
