/** How many images a run has truly trained on: few updates do not reach all of them. */
import { createEpochOrder } from '@onnoise/scheduler/training';
import { imagesPerStep, type TrainConfig } from '@onnoise/training/settings';

export interface ImagesSeen {
  /** Images to train on. */
  all: number;
  /** How many of them were in a batch. */
  images: number;
  /** Passes over the images: pictures in batches to images. Each pass leaves out what fills no batch. */
  epochs: number;
}

/** @param train number of images to train on @param steps updates done */
export function imagesSeen({ training }: Pick<TrainConfig, 'training'>, train: number, steps: number): ImagesSeen {
  const batch = imagesPerStep(training);
  const numbers = Uint32Array.from({ length: train }, (_, i) => i);
  const order = createEpochOrder({ numbers, batch, seed: training.seed, flip: false });
  const seen = new Set<number>();
  for (let step = 0; step < steps && seen.size < train; step++) {
    for (const image of order.next().numbers) seen.add(image);
  }
  return { all: train, images: seen.size, epochs: (steps * batch) / train };
}

/** `0.92`, `9.6`, `27` */
export const formatEpochs = (epochs: number): number =>
  epochs < 10 ? Number(epochs.toPrecision(2)) : Math.round(epochs);

/** `12 of 600` */
export const describeSeen = ({ images, all }: ImagesSeen): string => `${count(images)} of ${count(all)}`;

/** What a model knows: `the 600 images it was trained on`, or those that it has seen of them. */
export function describeKnown(seen: ImagesSeen | undefined): string {
  if (seen === undefined) return 'the images it was trained on';
  const { images, all } = seen;
  if (images === all) return `the ${count(all)} images it was trained on`;
  return `the ${count(images)} of ${count(all)} images that training came to`;
}

const count = (value: number): string => value.toLocaleString('en');
