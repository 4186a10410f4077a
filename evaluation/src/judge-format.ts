/**
 * The judge's view of a smaller network: Frechet's distance from the training images, of its pictures and of those that the float32
 * network makes of the same seeds, in features of a network that was trained on those images (as `pipeline evaluate` does).
 */

import { formatNumber } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';
import { checkMemory } from './check-images.ts';
import { type OpenOptions, openFeatureNetwork } from './features/index.ts';
import { frechetDistance, momentsOf } from './measures/frechet.ts';
import { readImages } from './measures/images.ts';

/** Of all pixels, as bytes, [count, C, H, W]. */
interface JudgedPictures {
  before: Uint8Array;
  after: Uint8Array;
  count: number;
}

/** Beside those of the feature network. */
export interface JudgeOptions extends Pick<OpenOptions, 'cacheDir' | 'length' | 'onNote'> {
  /** The training images. */
  data: PrepareOptions;
  prepare: (options: PrepareOptions) => Promise<Dataset>;
}

/** Squared Frechet distances from the training images. */
export interface Judgement {
  before: number;
  after: number;
  count: number;
}

/** How much the distance may grow: a tenth, about what chance makes of a thousand other pictures. */
const WORST_GROWTH = 1.1;

/** Pictures that are judged: more than the features of each. */
export const JUDGED_COUNT = 200;

export async function judge(
  { before, after, count }: JudgedPictures,
  { data, prepare, ...opening }: JudgeOptions,
): Promise<Judgement> {
  const dataset = await prepare(data);
  try {
    checkMemory(dataset, dataset.train.length);
    const network = await openFeatureNetwork({ dataset, ...opening });
    try {
      const { width } = network.about;
      const training = await readImages(dataset, dataset.train);
      const momentsIn = async (images: typeof training) => momentsOf((await network.extract(images)).values, width);
      const real = await momentsIn(training);
      const distance = async (pixels: Uint8Array) =>
        frechetDistance(await momentsIn({ shape: training.shape, count, pixels }), real);
      return { before: await distance(before), after: await distance(after), count };
    } finally {
      await network.dispose();
    }
  } finally {
    dataset.close();
  }
}

/** @throws InputError where the smaller network is judged worse. */
export function requireJudgement(action: string, { before, after }: Judgement): void {
  if (after <= before * WORST_GROWTH) return;
  throw new InputError(
    `Cannot ${action}: the pictures' Frechet distance must be at most ${WORST_GROWTH} times that of the float32 network, ${formatNumber(before)}, ` +
      `received ${formatNumber(after)}. Nothing was written.`,
  );
}
