/** Samples a shard's images as PNGs. */
import { batchOf, type DiffusionModel, png, type SampleOptions } from '@onnoise/runtime-node';
import { InputError, samplerSettings } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { conditionsFrom, type Shard, turnFrom } from './shards.ts';

/** A model as shards need it. */
export interface ShardModel extends Pick<DiffusionModel, 'shape' | 'classes'> {
  sample(options: SampleOptions & { signal: AbortSignal }): Promise<{ images: Float32Array }>;
}

/**
 * Samples a shard, `batch` images at a time: only those are in memory as numbers, the rest as PNGs. All workers with
 * the same device and batch give the same bytes.
 * @param batch images per network call; by default that of the model's `sample`.
 * @returns one PNG per image, in the order of the seeds.
 * @throws InputError for steps, labels, conditions or guidance that this model cannot have; the signal's reason once that aborts.
 */
export async function sampleShard(
  model: ShardModel,
  shard: Shard,
  batch: number | undefined,
  signal: AbortSignal,
): Promise<Buffer[]> {
  if (shard.labels === null && model.classes > 0) {
    throw new InputError('Cannot sample a shard: labels must be classes, this model is conditional on one.');
  }
  const usual = batchOf(model.shape, batch);
  const size = sizeOf(model.shape);
  const pictures: Buffer[] = [];
  for (let first = 0; first < shard.count; first += usual) {
    const count = Math.min(usual, shard.count - first);
    const { images } = await model.sample({
      count,
      seed: shard.seed + first,
      steps: shard.steps,
      sampler: shard.sampler,
      ...samplerSettings(shard),
      labels: shard.labels ? turnFrom(shard.labels, first, count) : undefined,
      conditions: shard.conditions && conditionsFrom(shard.conditions, first, count),
      guidance: shard.guidance?.scale ?? 1,
      guidanceInterval: shard.guidance?.interval,
      batch: usual,
      signal,
    });
    const rows = Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size));
    pictures.push(...(await Promise.all(rows.map((image) => png(image, model.shape)))));
    signal.throwIfAborted();
  }
  return pictures;
}
