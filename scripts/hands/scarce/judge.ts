/**
 * Measures a model of few radiographs: how far its pictures are from held-out ones, in features of a network that has seen
 * all training images; how many are copies of the few; and what they are worth to a classifier of the side of the body, which
 * learns from the few and their mirror images, with and without the pictures and theirs.
 */
import { loadModel } from '@onnoise/runtime-node';
import { openFeatureNetwork } from '../../../evaluation/src/features/index.ts';
import { classifierGraph } from '../../../evaluation/src/features/onnx.ts';
import { seeOnce } from '../../../evaluation/src/features/open.ts';
import { sourceOfImages } from '../../../evaluation/src/features/source.ts';
import { trainClassifier } from '../../../evaluation/src/features/train.ts';
import { frechetDistance, momentsOf } from '../../../evaluation/src/measures/frechet.ts';
import { readImages, takeImages } from '../../../evaluation/src/measures/images.ts';
import { findCopies } from '../../../evaluation/src/memorisation/index.ts';
import { samplePictures } from '../../../evaluation/src/sampling/sample.ts';
import type { ImageSet } from '../../../evaluation/src/sets/types.ts';
import type { Dataset } from '../../../pipeline/src/index.ts';
import type { Result } from './result.ts';

/** Steps of each classifier, however many images there are. */
const LENGTH = { batch: 64, epochs: 1, least: 400, most: 400 };
/** That a model is judged by, and the seed of the first. */
const PICTURES = 400;
const PICTURE_SEED = 1000;

export type Measured = Omit<Result, 'count' | 'seed' | 'start'>;

export async function openJudge(dataset: Dataset, cacheDir: string) {
  const network = await openFeatureNetwork({ dataset, cacheDir });
  const heldOut = await readImages(dataset, dataset.validation);
  const moments = async (images: ImageSet) => momentsOf((await network.extract(images)).values, network.about.width);
  const real = await moments(heldOut);
  const others = await readImages(dataset, dataset.train.slice(0, PICTURES));
  const realDistance = frechetDistance(await moments(others), real);
  const alone = new Map<ImageSet, number>();

  async function measure(folder: string, training: ImageSet, seed: number): Promise<Measured> {
    const model = await loadModel(folder, { device: 'cpu' });
    const asked = { count: PICTURES, request: () => ({}) };
    const { pictures } = await samplePictures(model, { settings: {}, seed: PICTURE_SEED, asked });
    await model.dispose();
    const found = await findCopies({ samples: pictures, training, heldOut, seed });
    if (!alone.has(training)) alone.set(training, await sideAccuracy(training, heldOut, seed));
    return {
      distance: frechetDistance(await moments(pictures), real),
      realDistance,
      copies: found.tests[0]!.flagged,
      copiesByChance: found.tests[0]!.expected,
      verdict: found.verdict,
      accuracy: alone.get(training)!,
      accuracyWithPictures: await sideAccuracy(join(training, pictures), heldOut, seed),
    };
  }
  return { measure };
}

/** Left or right: every image is a left hand, and its mirror image a right one. */
async function sideAccuracy(training: ImageSet, heldOut: ImageSet, seed: number): Promise<number> {
  const weights = await trainClassifier(sourceOfImages(bothSides(training)), 2, { seed, length: LENGTH });
  const { shape } = training;
  const graph = classifierGraph(shape, 2, weights);
  const test = bothSides(heldOut);
  const { classes } = await seeOnce({ graph, kind: 'classifier', shape }, test);
  return test.labels!.filter((label, i) => label === classes![i]).length / test.count;
}

function bothSides({ shape, count, pixels }: ImageSet): ImageSet {
  const [, height, width] = shape;
  const mirrored = pixels.map((_, i) => pixels[i - (i % width) + width - 1 - (i % width)]!);
  if (pixels.length !== count * height * width) throw new Error('The images must be gray.');
  const both = new Uint8Array(2 * pixels.length);
  both.set(pixels);
  both.set(mirrored, pixels.length);
  return {
    shape,
    count: 2 * count,
    pixels: both,
    labels: Int32Array.from({ length: 2 * count }, (_, i) => Number(i >= count)),
  };
}

/** Both sets, as many of each: the smaller is repeated. */
function join(one: ImageSet, other: ImageSet): ImageSet {
  const count = Math.max(one.count, other.count);
  const places = (set: ImageSet) => Array.from({ length: count }, (_, i) => i % set.count);
  const [a, b] = [takeImages(one, places(one)).pixels, takeImages(other, places(other)).pixels];
  const pixels = new Uint8Array(2 * a.length);
  pixels.set(a);
  pixels.set(b, a.length);
  return { shape: one.shape, count: 2 * count, pixels };
}
