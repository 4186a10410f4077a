/** The manifest of shards that workers without a queue have made: every shard is looked up on the disk and hashed. */
import { Failure } from '@onnoise/base/files';
import type { ReportProgress } from '@onnoise/base/terminal';
import { formatPath, plural, program } from '@onnoise/base/text';
import { checkManifest, writeManifest } from './manifest.ts';
import { countShards, type Order, type Shard, shardAt } from './shards.ts';
import { findShard, type ShardFile } from './write-shard.ts';

export interface MergeOptions {
  order: Order;
  /** What the manifest calls the model. */
  modelName: string;
  /** Folder that the shards are below, and that the manifest goes to. */
  out: string;
  /** Checked between shards. */
  signal: AbortSignal;
  /** Images looked up, of those ordered. */
  onProgress: ReportProgress;
}

const NAMED = 3;
/** Shards looked up between two lines of progress. */
const PAGE = 16;

/**
 * @returns the path of the manifest, the same that an order through a queue would have.
 * @throws InputError if `out` holds another order's manifest; Failure that names shards which are missing or damaged,
 * and nothing is written; the signal's reason once it aborts.
 */
export async function mergeShards({ order, modelName, out, signal, onProgress }: MergeOptions): Promise<string> {
  await checkManifest(out, order);
  const shards = countShards(order);
  const missing: number[] = [];
  let next = 0;
  const read = async (page: readonly Shard[]) => {
    const files: (ShardFile | undefined)[] = [];
    for (const shard of page) {
      signal.throwIfAborted();
      const file = await findShard(out, shard);
      if (file === undefined) missing.push(next);
      files.push(file);
      next++;
    }
    onProgress({ done: Math.min(next * order.shard, order.count), total: order.count });
    // Only now, so that the sentence counts all that is missing.
    if (next === shards && missing.length > 0) throw lacking(order, out, missing);
    return files.map((file) => file ?? NONE);
  };
  return writeManifest(out, modelName, order, read, PAGE);
}

/** In place of a missing shard, in a manifest that is never finished. */
const NONE: ShardFile = { bytes: 0, sha256: '' };

function lacking(order: Order, out: string, missing: readonly number[]): Failure {
  const named = missing.slice(0, NAMED).map((index) => {
    const { seed, count } = shardAt(order, index);
    return `  shard ${index}: seeds ${seed} to ${seed + count - 1}`;
  });
  if (missing.length > NAMED) named.push(`  and ${missing.length - NAMED} more`);
  return new Failure(
    `${missing.length} of ${plural(countShards(order), 'shard')} ${missing.length === 1 ? 'is' : 'are'} missing or damaged in ${formatPath(out)}; nothing was written.`,
    [
      ...named,
      `Task s mod N of N makes shard s; ${program('worker', '--shards', '0/1')} with the same options makes every missing shard.`,
    ],
  );
}
