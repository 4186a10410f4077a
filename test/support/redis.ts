/** A real Redis (or Valkey) for one test: on a free port of the loopback, with its data in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';

const SERVER = ['redis-server', 'valkey-server']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Why there is no Redis to test on, for skipBecause. */
export const LACKS_REDIS =
  SERVER === undefined
    ? 'neither redis-server nor valkey-server is installed: apt-get install redis-server'
    : undefined;

export interface TestRedis {
  url: string;
  /** A connection to inspect its data. */
  client: Redis;
  /** Kills it with SIGKILL. */
  kill: () => Promise<void>;
  /** Starts it again, with the data it had. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts a server that writes every change to disk before it answers. */
export async function startRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-redis-'));
  const port = await freePort();
  const client = new Redis({ port, lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => {});
  let child: ChildProcess | undefined;
  const start = async () => {
    const options = { port, bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'always', save: '' };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    child = spawn(SERVER!, args, { stdio: 'ignore' });
    for (;;) {
      const answer = await ping(port);
      if (answer) return;
      await pause(20);
    }
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  await client.connect();
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    kill,
    start,
    stop: async () => {
      client.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ping(port: number): Promise<boolean> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
