/**
 * The queue from the side of `generate`: shards go in, once each, and failures come out. BullMQ underneath, one queue
 * per model.
 */
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { queueName } from './done.ts';
import { type Shard, shardId } from './shards.ts';

export interface JobOptions {
  /** Tries of a shard before it counts as failed. */
  attempts: number;
  /** Pause before the second try, in milliseconds; it doubles from try to try. */
  backoff: number;
}

export interface JobQueue {
  /** Adds shards; those that are in the queue, in whichever state, stay as they are. */
  add: (shards: readonly Shard[]) => Promise<void>;
  /** Reasons of the shards that failed for good, by shard id. */
  failed: (ids: readonly string[]) => Promise<Map<string, string>>;
  /** Removes jobs, so that they can be added again. */
  remove: (ids: Iterable<string>) => Promise<void>;
  /** True if no job waits, runs or is delayed. */
  isIdle: () => Promise<boolean>;
  /** Number of listening workers; undefined if the server does not say. */
  countWorkers: () => Promise<number | undefined>;
  close: () => Promise<void>;
}

const PAGE = 1000;
/** Failed jobs stay for the next `pipeline generate` to find, but not for ever. */
const KEEP_FAILED = { age: 30 * 24 * 3600, count: 100_000 };

/** @param name prefix of all keys in Redis. */
export function openJobs(redis: Redis, name: string, model: string, { attempts, backoff }: JobOptions): JobQueue {
  const queue = new Queue(queueName(model), {
    connection: redis,
    prefix: name,
    skipVersionCheck: true, // connect.ts has checked it
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', () => {}); // the connection's own listener reports it
  const opts = {
    attempts,
    backoff: { type: 'exponential', delay: backoff, jitter: 0.5 },
    removeOnComplete: true,
    removeOnFail: KEEP_FAILED,
  };
  return {
    add: async (shards) => {
      if (shards.length === 0) return;
      await queue.addBulk(
        shards.map((shard) => ({ name: 'shard', data: shard, opts: { ...opts, jobId: shardId(shard) } })),
      );
    },
    failed: async (ids) => {
      const reasons = new Map<string, string>();
      if ((await queue.getFailedCount()) === 0) return reasons;
      for (let first = 0; first < ids.length; first += PAGE) {
        const page = ids.slice(first, first + PAGE);
        const scores = await redis.zmscore(queue.toKey('failed'), ...page);
        for (const id of page.filter((_, i) => scores[i] !== null)) {
          const job = await queue.getJob(id);
          if (job !== undefined) reasons.set(id, job.failedReason || 'no reason given');
        }
      }
      return reasons;
    },
    remove: async (ids) => {
      for (const id of ids) await queue.remove(id);
    },
    isIdle: async () => {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
      return Object.values(counts).every((count) => count === 0);
    },
    countWorkers: async () => {
      const workers = await queue.getWorkers().catch(() => undefined);
      return workers?.length;
    },
    close: () => queue.close(),
  };
}
