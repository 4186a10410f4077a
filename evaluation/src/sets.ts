/** All sets of images that an evaluation compares, with what the feature network sees in them. */

import { placesOf, readBeside, readImages, takeRows } from './measures/images.ts';
import { type Candidate, noiseImages } from './measures/index.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { RealImages } from './sets/real-images.ts';
import type { FeatureNetwork, ImageSet } from './sets/types.ts';

export interface Sets {
  /** The images that the model learnt from. */
  training: Candidate;
  /** All real images that it has never seen. */
  unseen: Candidate;
  /** As many of those as there are pictures, chosen by the seed: the anchor of what can be reached. */
  real: Candidate;
  /** As much noise: the anchor of what any model should beat. */
  noise: Candidate;
}

/** @param pictures those of the model: noise has their labels, numbers and masks */
export async function lookAtSets(
  pictures: ImageSet,
  { real, network, seed }: { real: RealImages; network: FeatureNetwork; seed: number },
  { stage }: Pick<EvaluationHooks, 'stage'>,
): Promise<Sets> {
  const { dataset, unseen } = real;
  const look = async (images: ImageSet): Promise<Candidate> => ({ images, features: await network.extract(images) });
  const total = dataset.train.length + unseen.numbers.length + pictures.count;
  return stage('Looking at images', 'images', async (report) => {
    report({ done: 0, total });
    const knownMasks = dataset.beside?.mask && (await readBeside(dataset, dataset.train));
    const training = await look({ ...(await readImages(dataset, dataset.train)), masks: knownMasks });
    report({ done: training.images.count, total });
    const { beside } = unseen.dataset;
    const ownMasks = beside?.mask && (await readBeside(unseen.dataset, unseen.numbers));
    const all = await look({ ...(await readImages(unseen.dataset, unseen.numbers)), masks: ownMasks });
    report({ done: total - pictures.count, total });
    const { shape, count, labels, conditions, masks } = pictures;
    const noise = await look({ ...noiseImages(shape, count, seed, labels), conditions, masks });
    report({ done: total, total });
    const places = placesOf(all.images.count, pictures.count, seed);
    return { training, unseen: all, real: takeRows(all, places), noise };
  });
}
