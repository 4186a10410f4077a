/**
 * What a model is asked for: what real images hold, all of one image for each picture. So classes come in the shares of the
 * data, and numbers and masks with the classes and numbers that they occur with.
 */
import { shuffle } from '@onnoise/scheduler';
import type { ConditionImages } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import { placesOf, readBeside } from '../measures/images.ts';
import type { ClassMap, RealImages } from '../sets/real-images.ts';

const ASK_STREAM = 0x0a00_0002;

export interface Asked {
  count: number;
  /** [count], as the data numbers its classes; undefined for a model without classes. */
  labels?: Int32Array | undefined;
  /** [count, K], in the order of the data's; undefined for a model without numbers. */
  conditions?: Float64Array | undefined;
  /** [count, H, W], class numbers; undefined for a model that is told no masks. */
  masks?: Uint8Array | undefined;
  /** What pictures from the first to before the last are asked for, as options of sampling. */
  request(
    first: number,
    last: number,
  ): { labels?: number[]; conditions?: Record<string, number[]>; conditionImages?: ConditionImages };
}

/**
 * Class and numbers of training images, drawn by the seed: every image once before any twice.
 * @param classMap undefined for a model that is not conditional on a class
 */
export function askLike(
  dataset: Dataset,
  classMap: ClassMap | undefined,
  { count, seed }: { count: number; seed: number },
): Asked {
  const order = shuffle(dataset.train.slice(), seed, ASK_STREAM);
  const images = Uint32Array.from({ length: count }, (_, i) => order[i % order.length]!);
  return askFor(dataset, classMap, images);
}

/**
 * For a model that is told a mask or a picture: those of the real images that its own are compared with, which it has never
 * seen, with their class and numbers. Masks of training images would make an innocent model look like one that copies, for its
 * pictures would share their outlines.
 *
 * @param count at most the images that are unseen
 */
export async function askUnseen(
  { unseen: { dataset, numbers }, classMap }: Pick<RealImages, 'unseen' | 'classMap'>,
  { count, seed }: { count: number; seed: number },
): Promise<Asked> {
  const images = Uint32Array.from(placesOf(numbers.length, count, seed), (place) => numbers[place]!);
  const told = (await readBeside(dataset, images))!;
  const { request, ...asked } = askFor(dataset, classMap, images);
  const size = told.length / count;
  const mask = dataset.beside!.mask !== undefined;
  return {
    ...asked,
    ...(mask && { masks: told }),
    request(first, last) {
      const some = told.subarray(first * size, last * size);
      return { ...request(first, last), conditionImages: mask ? some : Float32Array.from(some, levelOf) };
    },
  };
}

/** As in training: from -1 to 1. */
const levelOf = (byte: number): number => byte / 127.5 - 1;

/** What each of the images with these numbers holds. */
function askFor({ labels: classes, conditions }: Dataset, classMap: ClassMap | undefined, images: Uint32Array): Asked {
  const count = images.length;
  const labels = classMap && classes && Int32Array.from(images, (image) => classes[image]!);
  const { names, values } = conditions ?? { names: [], values: new Float64Array(0) };
  const asked = Float64Array.from({ length: count * names.length }, (_, i) => {
    return values[images[Math.floor(i / names.length)]! * names.length + (i % names.length)]!;
  });
  return {
    count,
    labels,
    ...(names.length > 0 && { conditions: asked }),
    request: (first, last) => ({
      ...(labels && { labels: Array.from(labels.subarray(first, last), (label) => classMap!.get(label)!) }),
      ...(names.length > 0 && {
        conditions: Object.fromEntries(
          names.map((name, k) => [
            name,
            Array.from({ length: last - first }, (_, i) => asked[(first + i) * names.length + k]!),
          ]),
        ),
      }),
    }),
  };
}
