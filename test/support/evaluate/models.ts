/** Data and models for tests of `pipeline evaluate`: all but `copier` draw images that the data do not have. */
import { join } from 'node:path';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { prepare } from '#test/pictures/images.ts';
import { writeExactModel } from './exact-model.ts';
import { grainedBars, writeIdx } from './grained.ts';

/** Of 560 images 224 are held out: enough to see copies. */
export const SHARE = 0.4;
const SPLIT_SEED = 3;
const CONFIG = { data: { source: 'bars', fit: 'crop', validationShare: SHARE }, training: { seed: SPLIT_SEED } };
const COUNT = 560;

/** Below `root`: data `bars` and `plain` (without labels); models `fresh`, `copier` (two classes) and `unconditional`. */
export async function writeModels(root: string): Promise<void> {
  const bars = grainedBars({ count: COUNT, classes: 2 }, 1);
  const data = await writeIdx(join(root, 'bars'), bars);
  const { labels: _, ...plain } = bars;
  await writeIdx(join(root, 'plain'), plain);
  const cacheDir = join(root, 'cache');
  const dataset = await prepare({ data, cacheDir, channels: 1, validationShare: SHARE, seed: SPLIT_SEED });
  dataset.close();
  const trainedOn = { hash: dataset.hash, config: CONFIG };
  const classNames = ['0', '1'];
  const fresh = grainedBars({ count: COUNT, classes: 2 }, 2);
  await writeExactModel({ out: join(root, 'fresh'), images: fresh, classNames, trainedOn });
  await writeExactModel({ out: join(root, 'copier'), images: take(bars, dataset.train), classNames, trainedOn });
  await writeExactModel({ out: join(root, 'unconditional'), images: fresh });
}

function take({ shape, pixels, labels, count }: ImageSet, numbers: Uint32Array): ImageSet {
  const size = pixels.length / count;
  const taken = Uint8Array.from(
    { length: numbers.length * size },
    (_, i) => pixels[numbers[Math.floor(i / size)]! * size + (i % size)]!,
  );
  return { shape, count: numbers.length, pixels: taken, labels: Int32Array.from(numbers, (n) => labels![n]!) };
}
