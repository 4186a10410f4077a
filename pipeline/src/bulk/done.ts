/**
 * Which shards are done: workers fill a Redis hash per model and settings, from shard id to the tar's hash and size. It
 * takes some 150 bytes per shard, and Redis forgets it 30 days after the last change. Finished jobs are not kept. A
 * worker also finds the shards on its own disk.
 */
import type { Redis } from 'ioredis';
import { type Shard, type ShardSettings, samplingOf, shardId } from './shards.ts';
import type { ShardFile } from './write-shard.ts';

const REMEMBERED_SECONDS = 30 * 24 * 3600;

/** The BullMQ queue of a model: a worker listens to the models that it has. */
export function queueName(model: string): string {
  return model.slice(0, 32);
}

/** All shards of one call have the same model and settings. */
function doneKey(name: string, settings: ShardSettings) {
  return `${name}:${queueName(settings.model)}:done:${samplingOf(settings).join('-')}`;
}

/** Marks a shard as written. */
export async function markDone(redis: Redis, name: string, shard: Shard, { sha256, bytes }: ShardFile): Promise<void> {
  const key = doneKey(name, shard);
  const results = await redis
    .multi()
    .hset(key, shardId(shard), `${sha256} ${bytes}`)
    .expire(key, REMEMBERED_SECONDS)
    .exec();
  for (const [error] of results ?? []) if (error) throw error;
}

/** One entry per shard, undefined for those that are not done. */
export async function readDone(
  redis: Redis,
  name: string,
  shards: readonly Shard[],
): Promise<(ShardFile | undefined)[]> {
  const [first] = shards;
  if (first === undefined) return [];
  const values = await redis.hmget(doneKey(name, first), ...shards.map(shardId));
  return values.map((value) => {
    const [, sha256, bytes] = /^([0-9a-f]{64}) (\d+)$/.exec(value ?? '') ?? [];
    return sha256 === undefined ? undefined : { sha256, bytes: Number(bytes) };
  });
}

/** Unmarks shards. */
export async function forgetDone(redis: Redis, name: string, shards: readonly Shard[]): Promise<void> {
  const [first] = shards;
  if (first !== undefined) await redis.hdel(doneKey(name, first), ...shards.map(shardId));
}
