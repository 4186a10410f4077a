/**
 * A worker without a queue: it makes the shards of its share that are not there, one after the other. It can be killed
 * and started again at any time, and the same share may run twice at once.
 */

import type { ReportProgress } from '@onnoise/base/terminal';
import type { DeviceChoice, DiffusionModel } from '@onnoise/runtime-node';
import { describeShard, makeShard } from './make-shard.ts';
import type { Order } from './shards.ts';
import { countShare, type Share, shardsOf } from './share.ts';
import type { ToldOf } from './told.ts';

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
  const { order, share, out, batch, toldOf, modelName, signal, onProgress, onLine } = options;
  const { shards, images } = countShare(order, share);
  let [found, done] = [0, 0];
  let model: DiffusionModel | undefined;
  const open = async () => {
    model ??= await load(options);
    return { ...model, toldOf };
  };
  try {
    for (const shard of shardsOf(order, share)) {
      signal.throwIfAborted();
      const begin = performance.now();
      const made = await makeShard(shard, { out, open, batch, signal });
      if (made.found) found++;
      else onLine(describeShard(modelName, shard, made, (performance.now() - begin) / 1000));
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
