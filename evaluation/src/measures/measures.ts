/**
 * All measures, and the run of them: each of the model's pictures and of two anchors with the same number of images, real ones that
 * the model has not seen and noise, against the same training images. One file a family; this is the list.
 */
import type { Estimate, Measure } from '../sets/types.ts';
import { classAccuracy, classHistogram } from './classes.ts';
import { diversity } from './diversity.ts';
import { frechet } from './frechet.ts';
import { checkSets } from './inputs.ts';
import { drawGroups } from './intervals.ts';
import { kernelDistance } from './kernel-distance.ts';
import { lettingOthersRun } from './let-others-run.ts';
import { neighbours } from './neighbours.ts';
import type { Candidate, Family, MeasureAbout } from './record.ts';

/** In the order of reports. */
export const FAMILIES: readonly Family[] = [
  frechet,
  kernelDistance,
  neighbours,
  diversity,
  classAccuracy,
  classHistogram,
];

/** What is said of each measure, in the order of reports. */
export const MEASURES: readonly MeasureAbout[] = FAMILIES.flatMap(({ measures }) => measures);

export interface MeasureInput {
  model: Candidate;
  /** Held-out images. */
  real: Candidate;
  /** `noiseImages` of the same shape. */
  noise: Candidate;
  /** The training images. */
  reference: Candidate;
  /** Of groups, directions and pairs. */
  seed: number;
  /** Whether the features are Inception's, for which Frechet and kernel distance are called FID and KID. */
  inception?: boolean | undefined;
  /** Parts of the work that are done, of all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const withoutLabels = ({ images, features }: Candidate): Candidate => ({
  images: { ...images, labels: undefined },
  features,
});

/**
 * What pictures and both anchors share is measured once. Measures that need classes are left out where the features or the labels are
 * without them. Labels count only where the pictures and both anchors have them.
 *
 * @throws InputError for sets that cannot be measured against each other.
 */
export async function measureAll(input: MeasureInput): Promise<Measure[]> {
  checkSets(input);
  const { model, real, noise, reference, seed, inception = false, onProgress, signal } = input;
  const given = [model, real, noise];
  // Else pairs of a class would be held against pairs of any, and real labels against shares that nobody asked for.
  const labelled = given.every(({ images }) => images.labels !== undefined);
  const candidates = labelled ? given : given.map(withoutLabels);
  const families = FAMILIES.filter(({ applies }) => applies(candidates, reference));
  const context = {
    reference,
    seed,
    groups: drawGroups(real.images.count, seed),
    letOthersRun: lettingOthersRun(signal),
  };
  const total = families.length * (1 + candidates.length);
  let done = 0;
  const tell = () => onProgress?.(++done, total);
  const measures: Measure[] = [];
  for (const { measures: abouts, prepare } of families) {
    const gauge = await prepare(context);
    tell();
    const found: Estimate[][] = [];
    for (const candidate of candidates) {
      found.push(await gauge(candidate));
      tell();
    }
    const [ofModel, ofReal, ofNoise] = found as [Estimate[], Estimate[], Estimate[]];
    for (const [i, { id, name: usual, inceptionName, better }] of abouts.entries()) {
      const name = inception ? (inceptionName ?? usual) : usual;
      measures.push({ id, name, better, model: ofModel[i]!, real: ofReal[i]!, noise: ofNoise[i]! });
    }
  }
  return measures;
}
