/**
 * From a shard to its files, the same for the server's jobs, for workers of a queue and for those without one. Who is killed begins
 * again with what is there: files appear whole, under names that only their content decides.
 */
import { Failure, requireSpace } from '@onnoise/base/files';
import { formatDuration, plural } from '@onnoise/base/text';
import { type ImageShape, pictureShapeOf, sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type FileChoice, fileBytes } from '../pictures/choices.ts';
import { type ShardModel, sampleShard } from './sample-shard.ts';
import { fileChoiceOf, type Shard } from './shards.ts';
import { findShard, type ShardFile, shardPath, writeShard } from './write-shard.ts';

export interface MakeOptions {
  /** Folder that shards are written below. */
  out: string;
  /** Only asked for where the shard is missing. */
  open: () => Promise<ShardModel>;
  /** Images per network call; by default that of the model's `sample`. */
  batch?: number | undefined;
  /** Stops the sampling. */
  signal: AbortSignal;
}

export interface MadeShard extends ShardFile {
  /** Whether it was there. */
  found: boolean;
}

/** Bytes per picture besides its pixels: headers of picture and tar, and its line in the description. */
const BYTES_AROUND = 2048;

/**
 * Finds a shard, or samples and writes it.
 * @throws InputError as `sampleShard`; Failure where the disk has no space for it or does not take it, since another worker's may; the
 * signal's reason once it aborts
 */
export async function makeShard(shard: Shard, { out, open, batch, signal }: MakeOptions): Promise<MadeShard> {
  const there = await findShard(out, shard);
  if (there) return { ...there, found: true };
  const model = await open();
  const bytes = shardBytes(shard.count, pictureShapeOf(model), fileChoiceOf(shard));
  await requireSpace(out, bytes, `write the shard ${shardPath(shard)}`);
  const pictures = await sampleShard(model, shard, batch, signal);
  // Another process may have made it meanwhile, on another device with other roundings: its description must stay true.
  const file = (await findShard(out, shard)) ?? (await writeShard(out, shard, pictures).catch(asFailure));
  return { ...file, found: false };
}

function asFailure(error: unknown): never {
  throw error instanceof InputError ? new Failure(error.message) : error;
}

/** The most that shards of so many pictures take up. */
export const shardBytes = (count: number, shape: ImageShape, files: FileChoice = {}): number =>
  count * (fileBytes(sizeOf(shape), files) + BYTES_AROUND);

/** A line for people: `digits: 256 images, seeds 0 to 255, 104960 bytes, <path> took 12 s`. */
export function describeShard(model: string, shard: Shard, { bytes, found }: MadeShard, seconds: number): string {
  const { seed, count } = shard;
  const took = found ? 'was there' : `took ${formatDuration(seconds)}`;
  return `${model}: ${plural(count, 'image')}, seeds ${seed} to ${seed + count - 1}, ${bytes} bytes, ${shardPath(shard)} ${took}`;
}
