/**
 * The connection to the queue's Redis (or Valkey). If it cannot be reached the first time, `generate` fails and a worker waits;
 * afterwards it may go away for any time, and commands wait for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, isNetworkError, networkReason } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { Redis } from 'ioredis';
import { parseQueueUrl } from './redis-url.ts';

export interface QueueConnection {
  redis: Redis;
  /** The address without user and password, safe to show. */
  shown: string;
  /** Whether it stands now. */
  up: () => boolean;
  /** How often the connection was lost and restored. */
  returns: () => number;
  /** Ends the connection at once, and rejects waiting commands. */
  close: () => void;
}

const CONNECT_MS = 10_000;
const LONGEST_PAUSE_MS = 2000;

/**
 * @param url see {@link parseQueueUrl}.
 * @param onLine gets a line when Redis goes away or comes back, and about settings that may lose jobs.
 * @param options `wait`: tries again while Redis cannot be reached, until this is aborted. Default: one that cannot be
 *   reached is a failure. `flag`: the option that the address came by.
 * @throws InputError for an invalid address, and for a Redis that refuses access or is unfit; Failure for one that cannot
 *   be reached.
 */
export async function connectQueue(
  url: unknown,
  onLine: (line: string) => void,
  { wait, flag = '--queue' }: { wait?: AbortSignal; flag?: string } = {},
): Promise<QueueConnection> {
  const address = parseQueueUrl(url, flag);
  for (let times = 1; ; times++) {
    try {
      return await connectOnce(address, onLine, flag);
    } catch (error) {
      if (wait === undefined || !(error instanceof Failure)) throw error;
      if (times === 1) onLine(`Redis at ${address.shown} does not answer yet; waiting for it.`);
      await pause(Math.min(100 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS), undefined, { signal: wait });
    }
  }
}

async function connectOnce(
  { connection, shown }: ReturnType<typeof parseQueueUrl>,
  onLine: (line: string) => void,
  flag: string,
): Promise<QueueConnection> {
  let answered = false;
  let returns = 0;
  let lost = false;
  let problem: Error | undefined;
  const redis = new Redis({
    ...connection,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => (answered ? Math.min(50 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS) : null),
  });
  redis.on('error', (error) => {
    problem = error;
  });
  redis.on('close', () => {
    if (!answered || lost) return;
    lost = true;
    onLine(`Redis at ${shown} went away; waiting for it.`);
  });
  redis.on('ready', () => {
    if (!lost) return;
    lost = false;
    returns++;
    onLine(`Redis at ${shown} is back.`);
  });
  const close = () => {
    answered = false;
    // A second disconnect would keep the process alive for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  };
  try {
    await redis.connect();
    checkServer(await redis.info(), onLine);
  } catch (error) {
    close();
    const cause = problem ?? error;
    if (!(error instanceof Unfit) && isNetworkError(cause)) {
      throw new Failure(`Cannot connect to the queue at ${shown}: ${networkReason(cause)}.`);
    }
    const reason = error instanceof Unfit ? error.message : describe(cause);
    throw new InputError(
      `Cannot connect to the queue: ${flag} must be a Redis that answers, received "${shown}": ${reason}.`,
    );
  }
  answered = true;
  return { redis, shown, up: () => answered && !lost, returns: () => returns, close };
}

/** Why a server cannot be used for queues. */
class Unfit extends Error {}

/** Checks the answer to INFO. Redis 6.2 is the oldest that BullMQ recommends. */
export function checkServer(info: string, onLine: (line: string) => void): void {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const [major = 0, minor = 0] = (value('redis_version') ?? '6.2').split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) throw new Unfit(`it is version ${major}.${minor}, but 6.2 is needed`);
  if (value('role') === 'slave') throw new Unfit('it is a replica, which takes no jobs');
  if (value('cluster_enabled') === '1') throw new Unfit('it is a node of a cluster, which is not supported');
  const policy = value('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    onLine(
      `Redis may drop jobs when its memory is full: its maxmemory-policy is ${policy} and should be noeviction ` +
        '(redis-cli config set maxmemory-policy noeviction).',
    );
  }
}

/** For a name with several addresses ioredis gives one error without a message. */
function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return (message || code || String(error)).replace(/\.$/, '');
}
