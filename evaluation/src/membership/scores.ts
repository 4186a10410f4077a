/** The scores of images: minus the logarithm of each error, so that a higher one speaks for membership and Gaussians fit. */
import { gaussian, type PredictionType, type Schedule } from '@onnoise/scheduler';
import { type ImageShape, sizeOf, usualBatch } from '@onnoise/scheduler/model';
import { conditionsOf, type Dataset, readTold } from '@onnoise/training/data';
import { type Conditional, rowsOf } from '@onnoise/training/pictures';
import { type AttackPlan, callsOf, columnsOf, errorsOf } from './attacks.ts';

const STREAM = 0x6d696101;

/** A network that can be asked, and how it was trained to answer. */
interface Attacked {
  /** [C, H, W] of a sample, with the planes of masks that it draws. */
  shape: ImageShape;
  schedule: Schedule;
  prediction: PredictionType;
  /** What it is told of an image. */
  told: Conditional;
  /** Its number of each class of the images; absent: they are numbered as it numbers them. */
  classMap?: ReadonlyMap<number, number> | undefined;
  /** x [N, C, H, W], timesteps [N] and N rows (see `conditionRows`) to its output. */
  call(x: Float32Array, timesteps: Float32Array, rows: readonly Float32Array[]): Promise<Float32Array>;
}

export interface ScoreOptions extends AttackPlan {
  /** Of the noise: that of an image depends on its number alone. */
  seed: number;
  /** Called with the network calls made so far, and all of them. */
  onCall?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @param numbers of the images to score @returns [numbers, columns] */
export async function scoreImages(
  network: Attacked,
  dataset: Dataset,
  numbers: Uint32Array,
  { seed, onCall, signal, ...plan }: ScoreOptions,
): Promise<Float64Array> {
  const { shape, schedule, prediction } = network;
  const size = sizeOf(shape);
  const columns = columnsOf(plan);
  const scores = new Float64Array(numbers.length * columns);
  const most = usualBatch(shape);
  const total = Math.ceil(numbers.length / most) * callsOf(plan, schedule);
  let done = 0;
  for (let first = 0; first < numbers.length; first += most) {
    const some = numbers.subarray(first, first + most);
    const { images, rows } = await readRows(network, dataset, some);
    const batch = {
      images,
      count: some.length,
      schedule,
      prediction,
      async predict(x: Float32Array, timesteps: Float32Array) {
        signal?.throwIfAborted();
        const output = await network.call(x, timesteps, rows);
        onCall?.(++done, total);
        return output;
      },
      noise(draw: number) {
        const noise = new Float32Array(images.length);
        some.forEach((number, i) => {
          const own = noise.subarray(i * size, (i + 1) * size);
          gaussian(seed, (number * plan.draws + draw) * size, own, STREAM);
        });
        return noise;
      },
    };
    const errors = await errorsOf(batch, plan);
    scores.set(errors.map(scoreOf), first * columns);
  }
  return scores;
}

/** An error of 0, which a network that knows the image by heart may have, has a finite score, too. */
const scoreOf = (error: number): number => -Math.log(Math.max(error, Number.MIN_VALUE));

/** Images as the network sees them, and what it is told of each. */
async function readRows({ shape, told, classMap }: Attacked, dataset: Dataset, numbers: Uint32Array) {
  const drawn = !dataset.latents && shape[0] > dataset.channels && dataset.beside?.mask !== undefined;
  const { images, conditionImage } = await readTold(dataset, numbers, drawn ? 'output' : 'input');
  const { labels: classes, conditions } = dataset;
  const labels = classes && Int32Array.from(numbers, (number) => classMap?.get(classes[number]!) ?? classes[number]!);
  const given = {
    ...(labels && { labels }),
    ...(conditions && { conditions: conditionsOf(conditions, numbers) }),
    ...(conditionImage && { conditionImage }),
  };
  return { images, rows: rowsOf(told, given, numbers.length) };
}
