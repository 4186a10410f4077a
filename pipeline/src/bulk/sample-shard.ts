/** Samples a shard's images as files. */
import { batchOf, type DiffusionModel, labelPng, png, type SampleOptions, type Samples } from '@onnoise/runtime-node';
import { InputError, samplerSettings } from '@onnoise/scheduler';
import { pictureShapeOf, sizeOf } from '@onnoise/scheduler/model';
import { checkFileFormat } from '../pictures/choices.ts';
import { pictureEncoder } from '../pictures/encoder.ts';
import { conditionsFrom, fileChoiceOf, type Shard, turnFrom } from './shards.ts';
import { joinTold, type ToldOf } from './told.ts';

/** A model as shards need it. */
export interface ShardModel extends Pick<DiffusionModel, 'shape' | 'channelNames' | 'show' | 'classes' | 'maskOutput'> {
  sample(
    options: SampleOptions & { signal: AbortSignal },
  ): Promise<Pick<Samples, 'images' | 'masks' | 'maskConfidence'>>;
  /** What `told` of a shard has the hash of; left out: it is not at hand. */
  toldOf?: ToldOf | undefined;
}

/** A picture as a file, and what a model draws with it. */
export interface ShardPicture {
  bytes: Uint8Array;
  /** Files of the same name with other endings. */
  beside: readonly { ending: string; bytes: Uint8Array }[];
}

/**
 * Samples a shard, `batch` images at a time: only those are in memory as numbers, the rest as files. All workers with
 * the same device and batch give the same bytes.
 * @param batch images per network call; by default that of the model's `sample`.
 * @returns one picture per image, as the shard wants them, in the order of the seeds.
 * @throws InputError for steps, labels, conditions, guidance or files that this model cannot have; the signal's reason once that aborts.
 */
export async function sampleShard(
  model: ShardModel,
  shard: Shard,
  batch: number | undefined,
  signal: AbortSignal,
): Promise<ShardPicture[]> {
  if (shard.labels === null && model.classes > 0) {
    throw new InputError('Cannot sample a shard: labels must be classes, this model is conditional on one.');
  }
  const { channelNames, show } = model;
  const shape = pictureShapeOf(model);
  const shown = { shape, channelNames, show };
  checkFileFormat('sample a shard', shown, fileChoiceOf(shard));
  const usual = batchOf(model.shape, batch);
  const size = sizeOf(shape);
  // Workers have names of their own for a model, so files have a part of its hash.
  const origin = { model: shard.model.slice(0, 16), hash: shard.model };
  const encode = await pictureEncoder(shown, fileChoiceOf(shard), shard.facts, async () => origin);
  const pictures: ShardPicture[] = [];
  for (let first = 0; first < shard.count; first += usual) {
    const count = Math.min(usual, shard.count - first);
    const drawn = await model.sample({
      count,
      seed: shard.seed + first,
      steps: shard.steps,
      sampler: shard.sampler,
      ...samplerSettings(shard),
      labels: shard.labels ? turnFrom(shard.labels, first, count) : undefined,
      conditions: shard.conditions && conditionsFrom(shard.conditions, first, count),
      conditionImages: shard.told && (await joinTold(turnFrom(shard.told, first, count), model.toldOf)),
      guidance: shard.guidance?.scale ?? 1,
      guidanceInterval: shard.guidance?.interval,
      batch: usual,
      signal,
    });
    const files = Array.from({ length: count }, async (_, i): Promise<ShardPicture> => {
      const image = drawn.images.subarray(i * size, (i + 1) * size);
      return { bytes: await encode(image, shard.seed + first + i), beside: await maskAt(drawn, i, model) };
    });
    pictures.push(...(await Promise.all(files)));
    signal.throwIfAborted();
  }
  return pictures;
}

/** The mask of picture `i` as a label map, and how sure it is in gray. */
async function maskAt(
  { masks, maskConfidence }: Pick<Samples, 'masks' | 'maskConfidence'>,
  i: number,
  { shape: [, height, width], maskOutput }: Pick<ShardModel, 'shape' | 'maskOutput'>,
): Promise<ShardPicture['beside']> {
  if (!masks || !maskConfidence || !maskOutput) return [];
  const [from, to] = [i * height * width, (i + 1) * height * width];
  const sure = maskConfidence.subarray(from, to).map((share) => 2 * share - 1);
  return [
    { ending: 'mask.png', bytes: await labelPng(masks.subarray(from, to), { width, height }, maskOutput) },
    { ending: 'confidence.png', bytes: await png(sure, [1, height, width]) },
  ];
}
