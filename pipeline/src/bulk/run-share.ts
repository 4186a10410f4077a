/**
 * A worker without a queue: it makes the shards of its share that are not there, one after the other. It can be killed
 * and started again at any time, and the same share may run twice at once: files appear whole, under names that only
 * their content decides.
 */

import type { ReportProgress } from '@onnoise/base/terminal';
import type { DeviceChoice, DiffusionModel } from '@onnoise/runtime-node';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { describeShard, requireShardSpace, writeSampled } from './describe-shard.ts';
import { sampleShard } from './sample-shard.ts';
import type { Order, Shard } from './shards.ts';
import { countShare, type Share, shardsOf } from './share.ts';
import type { ToldOf } from './told.ts';
import { findShard, type ShardFile } from './write-shard.ts';

export interface ShareOptions {
  order: Order;
  share: Share;
  /** Folder of the order's model, and its name for people. */
  model: string;
  modelName: string;
  /** Folder that shards are written below. */
  out: string;
  device?: DeviceChoice | undefined;
  /** What the order tells the network, by its hash. */
  toldOf?: ToldOf | undefined;
  /** Images per network call; by default that of the model's `sample`. */
  batch?: number | undefined;
  /** Stops the sampling; finished shards stay. */
  signal: AbortSignal;
  /** Images there, of those of the share. */
  onProgress: ReportProgress;
  /** Called with a line for each event. */
  onLine: (line: string) => void;
}

/** What came of a share. */
export interface ShareResult {
  /** Shards of the share, and how many of them were there before. */
  shards: number;
  found: number;
  images: number;
}

/**
 * The network is loaded only if a shard is missing.
 * @throws InputError for a model that cannot be loaded; Failure where a shard cannot be written; the signal's reason
 * once that aborts.
 */
export async function runShare(options: ShareOptions): Promise<ShareResult> {
  const { order, share, out, modelName, signal, onProgress, onLine } = options;
  const { shards, images } = countShare(order, share);
  let [found, done] = [0, 0];
  let model: DiffusionModel | undefined;
  try {
    for (const shard of shardsOf(order, share)) {
      signal.throwIfAborted();
      const begin = performance.now();
      const there = await findShard(out, shard);
      if (there) found++;
      else {
        model ??= await load(options);
        const file = await make(options, model, shard);
        onLine(describeShard(modelName, shard, file, (performance.now() - begin) / 1000));
      }
      done += shard.count;
      onProgress({ done, total: images });
    }
  } finally {
    await model?.dispose();
  }
  return { shards, found, images };
}

async function load({ model, device, onLine }: ShareOptions): Promise<DiffusionModel> {
  const { loadModel } = await import('@onnoise/runtime-node');
  return loadModel(model, {
    device,
    onDevice: ({ device: chosen, reason }) => onLine(`Device: ${chosen} (${reason})`),
  });
}

async function make(
  { out, batch, toldOf, signal }: ShareOptions,
  model: DiffusionModel,
  shard: Shard,
): Promise<ShardFile> {
  await requireShardSpace(out, shard, pictureShapeOf(model));
  const pictures = await sampleShard({ ...model, toldOf }, shard, batch, signal);
  // Another process may have made it meanwhile, on another device with other roundings: its description must stay true.
  return (await findShard(out, shard)) ?? writeSampled(out, shard, pictures);
}
