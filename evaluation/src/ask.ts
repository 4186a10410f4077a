/**
 * What a conditional model is asked for: the class and the numbers of training images, drawn by the seed. So classes come
 * in the shares of the data, and numbers with the classes and numbers that they occur with.
 */
import { shuffle } from '@onnoise/scheduler';
import type { Dataset } from '@onnoise/training/data';
import type { ClassMap } from './agree.ts';

const ASK_STREAM = 0x0a00_0002;

export interface Asked {
  count: number;
  /** [count], as the data numbers its classes; undefined for a model without classes. */
  labels?: Int32Array | undefined;
  /** [count, K], in the order of the data's; undefined for a model without numbers. */
  conditions?: Float64Array | undefined;
  /** What pictures from the first to before the last are asked for, as options of sampling. */
  request(first: number, last: number): { labels?: number[]; conditions?: Record<string, number[]> };
}

/** @param classMap undefined for a model that is not conditional on a class */
export function askLike(
  { train, labels: classes, conditions }: Dataset,
  classMap: ClassMap | undefined,
  { count, seed }: { count: number; seed: number },
): Asked {
  const order = shuffle(train.slice(), seed, ASK_STREAM);
  const images = Uint32Array.from({ length: count }, (_, i) => order[i % order.length]!);
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
