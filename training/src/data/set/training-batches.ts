/** Batches for training: a seeded order per epoch, a position that can be saved, pixels as floats in [-1, 1]. */
import { meanPlanes } from '@onnoise/scheduler/model';
import { checkInteger, InputError } from '@onnoise/scheduler/rules';
import { type BatchPosition, copyDeepLevels, copyLevels, createEpochOrder } from '@onnoise/scheduler/training';
import { type Augmentation, type AugmentOptions, adjustContrast, affine, drawAugmentations, moves } from './augment.ts';
import { joinPlanes, type MaskRole, type Moves, readPlanes } from './beside.ts';
import type { DataConditions, Dataset, LatentDraw } from './types.ts';

export interface TrainingBatch {
  /** [B, C, H, W], in [-1, 1]; with the planes of masks that are drawn, which are -1 or 1. */
  images: Float32Array;
  /** [B, K, H, W], when the network is told a mask or a picture. */
  conditionImage?: Float32Array;
  /** [B], when the dataset has labels. */
  labels?: Int32Array;
  /** [B, K], when the dataset has conditions. */
  conditions?: Float64Array;
  /** [B], the numbers of the images in the dataset. */
  numbers: Uint32Array;
  epoch: number;
  /** Where the batch after this one begins, for a checkpoint made after this batch. */
  position: BatchPosition;
}

export interface TrainingBatchesOptions extends Partial<AugmentOptions> {
  /** Images per batch. */
  batch: number;
  /** Seed of the orders, flips and augmentations. */
  seed: number;
  /** Whether to mirror images left to right, each with chance 1/2. */
  flip: boolean;
  /** What masks are for, when the dataset has some. Default: input. */
  maskRole?: MaskRole | undefined;
}

export interface TrainingBatches {
  readonly batchesPerEpoch: number;
  /** Where the next batch begins. Set it to continue from a saved position. */
  position: BatchPosition;
  /** The next batch. Full batches only: the rest of an epoch is dropped. Arrays are new each time. */
  next(): Promise<TrainingBatch>;
}

/**
 * Batches of the training images. Epoch e has the order shuffle(seed, e); the flips and augmentations are drawn by place
 * in that order. So a batch is a function of (dataset, options, position). Throws InputError when there are fewer images
 * than a batch takes.
 */
export function createTrainingBatches(
  dataset: Dataset,
  { batch, seed, flip, rotate = 0, translate = 0, scale = 0, contrast = 0, maskRole }: TrainingBatchesOptions,
): TrainingBatches {
  const { train, validation, labels } = dataset;
  checkInteger('make batches', 'batch', batch, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('make batches', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (batch > train.length) {
    const held = validation.length > 0 ? ` (${validation.length} more are held out for validation)` : '';
    throw new InputError(
      `Cannot make batches: batch must be at most the number of training images, ${train.length}${held}, received ${batch}.`,
    );
  }
  const most: AugmentOptions = { rotate, translate, scale, contrast };
  const augments = Object.values(most).some((change) => change > 0);
  const order = createEpochOrder({ numbers: train, batch, seed, flip });

  return {
    batchesPerEpoch: Math.floor(train.length / batch),
    get position() {
      return order.position;
    },
    set position(value) {
      order.position = value;
    },
    async next() {
      const { numbers, flips, epoch, index } = order.next();
      const after = order.position;
      const { width, height } = dataset;
      const place = { seed, epoch, first: index, count: batch, width, height };
      const augmentations = augments ? drawAugmentations(most, place) : undefined;
      return {
        ...(await readTold(
          dataset,
          numbers,
          maskRole,
          { flips, augmentations },
          { seed, place: epoch * train.length + index },
        )),
        ...(labels && { labels: Int32Array.from(numbers, (number) => labels[number]!) }),
        ...(dataset.conditions && { conditions: conditionsOf(dataset.conditions, numbers) }),
        numbers,
        epoch,
        position: after,
      };
    },
  };
}

/**
 * Images by number, or their latents, and what lies beside them, as a network gets them.
 * @param maskRole default: input
 * @param draw of latents; without it, their means
 */
export async function readTold(
  dataset: Dataset,
  numbers: ArrayLike<number>,
  maskRole: MaskRole = 'input',
  { flips, augmentations }: Moves = {},
  draw?: LatentDraw,
): Promise<Pick<TrainingBatch, 'images' | 'conditionImage'>> {
  const { beside, latents } = dataset;
  const images = latents ? await latents.read(numbers, draw) : await readFloats(dataset, numbers, flips, augmentations);
  if (beside === undefined) return { images };
  const whole = await readPlanes(beside, dataset, maskRole, numbers, { flips, augmentations });
  const planes = latents ? meanPlanes(whole, dataset, latents.stride) : whole;
  if (beside.mask && maskRole === 'output') return { images: joinPlanes(images, planes, numbers.length) };
  return { images, conditionImage: planes };
}

/** The conditions of the images with these numbers, [n, K]. */
export function conditionsOf({ names, values }: DataConditions, numbers: ArrayLike<number>): Float64Array {
  const width = names.length;
  return Float64Array.from({ length: numbers.length * width }, (_, i) => {
    return values[numbers[Math.floor(i / width)]! * width + (i % width)]!;
  });
}

/**
 * Images by number as floats: 0..255 or 0..65535 -> [-1, 1].
 * @param flips [n], 1 mirrors the image left to right; absent for none
 * @param augmentations [n], the further changes of each image; absent for none
 * @returns [n, C, H, W]
 */
export async function readFloats(
  dataset: Dataset,
  numbers: ArrayLike<number>,
  flips?: ArrayLike<number>,
  augmentations?: readonly Augmentation[],
): Promise<Float32Array> {
  const { channels, height, width } = dataset;
  const imageSize = channels * height * width;
  const levels = await readLevels(dataset, numbers, numbers.length * imageSize);
  const out = new Float32Array(levels.length);
  for (let image = 0; image < numbers.length; image++) {
    const planes = { channels, height, width, at: image * imageSize };
    const mirrored = Boolean(flips?.[image]);
    const augmentation = augmentations?.[image];
    if (augmentation && moves(augmentation)) affine(levels, planes, augmentation, mirrored, out);
    else if (levels instanceof Uint8Array) copyLevels(levels, planes, mirrored, out);
    else copyDeepLevels(levels, planes, mirrored, out);
    if (augmentation && augmentation.contrast !== 1) adjustContrast(out, planes, augmentation.contrast);
  }
  return out;
}

async function readLevels(dataset: Dataset, numbers: ArrayLike<number>, count: number) {
  if (dataset.readDeep) {
    const levels = new Uint16Array(count);
    await dataset.readDeep(numbers, levels);
    return levels;
  }
  const levels = new Uint8Array(count);
  await dataset.read(numbers, levels);
  return levels;
}
