/** Samples a shard's images as files. */
import { batchOf, type DiffusionModel, type SampleOptions } from '@onnoise/runtime-node';
import { InputError, samplerSettings } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { checkFileFormat } from '../pictures/choices.ts';
import { pictureEncoder } from '../pictures/encoder.ts';
import { conditionsFrom, fileChoiceOf, type Shard, turnFrom } from './shards.ts';

/** A model as shards need it. */
export interface ShardModel extends Pick<DiffusionModel, 'shape' | 'classes'> {
  sample(options: SampleOptions & { signal: AbortSignal }): Promise<{ images: Float32Array }>;
}

/**
 * Samples a shard, `batch` images at a time: only those are in memory as numbers, the rest as files. All workers with
 * the same device and batch give the same bytes.
 * @param batch images per network call; by default that of the model's `sample`.
 * @returns one file per image, as the shard wants them, in the order of the seeds.
 * @throws InputError for steps, labels, conditions, guidance or files that this model cannot have; the signal's reason once that aborts.
 */
export async function sampleShard(
  model: ShardModel,
  shard: Shard,
  batch: number | undefined,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  if (shard.labels === null && model.classes > 0) {
    throw new InputError('Cannot sample a shard: labels must be classes, this model is conditional on one.');
  }
  checkFileFormat('sample a shard', model.shape, fileChoiceOf(shard));
  const usual = batchOf(model.shape, batch);
  const size = sizeOf(model.shape);
  // Workers have names of their own for a model, so files have a part of its hash.
  const origin = { model: shard.model.slice(0, 16), hash: shard.model };
  const encode = await pictureEncoder(model.shape, fileChoiceOf(shard), async () => origin);
  const pictures: Uint8Array[] = [];
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
    pictures.push(...(await Promise.all(rows.map((image, i) => encode(image, shard.seed + first + i)))));
    signal.throwIfAborted();
  }
  return pictures;
}
