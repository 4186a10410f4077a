/** What every worker does around the sampling of a shard, wherever its shards come from. */

import { Failure, requireSpace } from '@onnoise/base/files';
import { formatDuration, plural } from '@onnoise/base/text';
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type FileChoice, fileBytes } from '../pictures/choices.ts';
import type { ShardPicture } from './sample-shard.ts';
import { fileChoiceOf, type Shard } from './shards.ts';
import { type ShardFile, shardPath, writeShard } from './write-shard.ts';

/** Bytes per picture besides its pixels: headers of picture and tar, and its line in the description. */
const BYTES_AROUND = 2048;

/** @throws Failure where the disk has no space for a shard; call it before sampling. */
export async function requireShardSpace(out: string, shard: Shard, shape: ImageShape): Promise<void> {
  await requireSpace(out, shardBytes(shard.count, shape, fileChoiceOf(shard)), `write the shard ${shardPath(shard)}`);
}

/** The most that shards of so many pictures take up. */
export const shardBytes = (count: number, shape: ImageShape, files: FileChoice = {}): number =>
  count * (fileBytes(sizeOf(shape), files) + BYTES_AROUND);

/** As `writeShard`, and where it cannot write that is a Failure: another worker may be able to. */
export async function writeSampled(out: string, shard: Shard, pictures: readonly ShardPicture[]): Promise<ShardFile> {
  return writeShard(out, shard, pictures).catch((error) => {
    throw error instanceof InputError ? new Failure(error.message) : error;
  });
}

/**
 * A line for people: `digits: 256 images, seeds 0 to 255, 104960 bytes, <path> took 12 s`.
 * @param seconds that it took; undefined if it was there.
 */
export function describeShard(model: string, shard: Shard, { bytes }: ShardFile, seconds?: number): string {
  const { seed, count } = shard;
  const took = seconds === undefined ? 'was there' : `took ${formatDuration(seconds)}`;
  return `${model}: ${plural(count, 'image')}, seeds ${seed} to ${seed + count - 1}, ${bytes} bytes, ${shardPath(shard)} ${took}`;
}
