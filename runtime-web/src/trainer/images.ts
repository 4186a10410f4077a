/** The images to train on, and their batches: the same order, mirroring and values as in Node. */
import { InputError, refuse } from '@onnoise/scheduler/rules';
import {
  type BatchPosition,
  copyLevels,
  createEpochOrder,
  type StepBatch,
  type StepFile,
} from '@onnoise/scheduler/training';
import { sha256 } from '../session/sha256.ts';

export interface TrainingImages {
  /** For the model's card: `digits`, `12 pictures of the camera`. */
  name: string;
  /** [N, C, H, W], 0 is black. */
  pixels: Uint8Array<ArrayBuffer>;
  /** The class of each, [N]; without, a network with classes learns none of them, if it can do without. */
  labels?: Int32Array<ArrayBuffer> | undefined;
}

export interface ImageBatches {
  /** Where the next batch begins. */
  position: BatchPosition;
  next(): StepBatch & { epoch: number };
  /** SHA-256 of the pixels; a note that there is none on an insecure origin, where browsers do not compute it. */
  hash: string;
  count: number;
}

const ACTION = 'train on the pictures';

/** @throws InputError for pictures of another size or too few, and for labels that are missing or out of range */
export async function openImages(file: StepFile, { pixels, labels }: TrainingImages): Promise<ImageBatches> {
  const { shape, batch, seed, flip, classCount } = file;
  const [channels, height, width] = shape;
  const size = channels * height * width;
  const count = pixels.length / size;
  if (!Number.isInteger(count)) refuse(ACTION, 'their size', `a multiple of ${shape.join(' x ')} bytes`, pixels.length);
  if (count < batch) {
    throw new InputError(
      `Cannot ${ACTION}: they must be at least ${batch}, as many as a step takes, received ${count}.`,
    );
  }
  const classes = labelsOf(file, labels, count);
  const order = createEpochOrder({ numbers: Uint32Array.from({ length: count }, (_, i) => i), batch, seed, flip });
  const bytes = new Uint8Array(batch * size);
  const hash = (await sha256(pixels)) || 'not computed';
  return {
    count,
    hash,
    get position() {
      return order.position;
    },
    // Of fewer pictures than those before, the epoch is over.
    set position({ epoch, index }) {
      order.position = { epoch, index: Math.min(index, count) };
    },
    next() {
      const { numbers, flips, epoch } = order.next();
      const images = new Float32Array(batch * size);
      for (const [place, number] of numbers.entries()) {
        const at = place * size;
        bytes.set(pixels.subarray(number * size, (number + 1) * size), at);
        copyLevels(bytes, { channels, height, width, at }, flips?.[place] === 1, images);
      }
      return {
        epoch,
        images,
        ...(classCount !== null && { labels: Int32Array.from(numbers, (number) => classes?.[number] ?? classCount) }),
      };
    },
  };
}

function labelsOf({ classCount, nullCondition, conditions }: StepFile, labels: Int32Array | undefined, count: number) {
  if (conditions.length > 0) {
    const names = conditions.map(({ name }) => name).join(', ');
    throw new InputError(
      `Cannot ${ACTION}: the network must be one without numbers for each picture, received one with ${names}.`,
    );
  }
  if (classCount === null) return undefined;
  if (labels === undefined) {
    if (!nullCondition) refuse(ACTION, 'the class of each', `given, since the network has ${classCount}`, undefined);
    return undefined;
  }
  if (labels.length !== count) refuse(ACTION, 'the number of classes', `that of the pictures, ${count}`, labels.length);
  const wrong = labels.find((label) => !(label >= 0 && label < classCount));
  if (wrong !== undefined) refuse(ACTION, 'each class', `from 0 to ${classCount - 1}`, wrong);
  return labels;
}
