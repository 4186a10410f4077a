/**
 * What is measured of pictures: all of an evaluation's measures, in the features of a network that is trained on the
 * training images, beside held-out images and noise of the same number.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, shuffle } from '@onnoise/scheduler';
import { toBytes } from '@onnoise/scheduler/model';
import { writeWhole } from '#base/files/output.ts';
import { openFeatureNetwork } from '#evaluation/features/index.ts';
import { readImages } from '#evaluation/measures/images.ts';
import { type Candidate, measureAll, noiseImages } from '#evaluation/measures/index.ts';
import type { FeatureNetwork, ImageSet, Measure } from '#evaluation/sets/types.ts';
import type { Dataset } from '#training/data/index.ts';
import { labelsOf } from './sample.ts';
import { FOLDER } from './setup.ts';

export interface Judge {
  /** In words, for the head of the results. */
  about: string;
  /** Measures now, or before. @param pictures [count, C, H, W] @param folder of the side */
  measure(pictures: Float32Array, folder: string): Promise<readonly Measure[]>;
  dispose(): Promise<void>;
}

/** @throws InputError where fewer images are held out than pictures are measured. */
export function checkHeldOut({ name, validation }: Dataset, count: number): void {
  if (count <= validation.length) return;
  throw new InputError(
    `Cannot compare: --count must be at most ${validation.length}, the images of ${name} held out, received ${count}.`,
  );
}

export async function openJudge(dataset: Dataset, count: number, say: (line: string) => void): Promise<Judge> {
  const { train, validation } = dataset;
  checkHeldOut(dataset, count);
  const onProgress = ({ done, steps }: { done: number; steps: number }) => {
    if (done % 500 === 0 || done === steps) say(`Training the features: step ${done} of ${steps}`);
  };
  const network = await openFeatureNetwork({ dataset, cacheDir: FOLDER, onProgress });
  const shape = [dataset.channels, dataset.height, dataset.width] as const;
  const labels = dataset.classNames && labelsOf(count, dataset.classNames.length);
  // The images may lie in the order of their classes.
  const heldOut = shuffle(validation.slice(), 0, 0).subarray(0, count);
  const anchors = once(async () => ({
    real: await seen(network, await readImages(dataset, heldOut)),
    noise: await seen(network, noiseImages(shape, count, 0, labels)),
    reference: await seen(network, await readImages(dataset, train)),
  }));
  const { name, accuracy } = network.about;
  return {
    about: `Features: ${name}${accuracy === undefined ? '' : `, ${(100 * accuracy).toFixed(1)} % of held-out images right`}.`,
    async measure(pictures, folder) {
      const path = join(folder, `measures-${network.about.hash.slice(0, 8)}-${digest(pictures)}.json`);
      const before = await readFile(path, 'utf8').catch(() => undefined);
      if (before !== undefined) return JSON.parse(before);
      const images = { shape, count, pixels: new Uint8Array(toBytes(pictures)), labels };
      const measures = await measureAll({ ...(await anchors()), model: await seen(network, images), seed: 0 });
      await writeWhole(path, `${JSON.stringify(measures, null, 2)}\n`);
      return measures;
    },
    dispose: () => network.dispose(),
  };
}

async function seen(network: FeatureNetwork, images: ImageSet): Promise<Candidate> {
  return { images, features: await network.extract(images) };
}

const digest = (pictures: Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(pictures.buffer, pictures.byteOffset, pictures.byteLength))
    .digest('hex')
    .slice(0, 8);

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
