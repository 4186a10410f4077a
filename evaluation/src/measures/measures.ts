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
import { pixelMmd } from './pixel-mmd.ts';
import type { Candidate, Family, MeasureAbout } from './record.ts';
import { slicedWasserstein } from './sliced-wasserstein.ts';

/** In the order of reports. */
const FAMILIES: readonly Family[] = [
  frechet,
  kernelDistance,
  pixelMmd,
  slicedWasserstein,
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

/** The measures of one set of pictures; see `measureEach`. */
export async function measureAll({ model, ...others }: MeasureInput): Promise<Measure[]> {
  const [measures] = await measureEach([model], others);
  return measures!;
}

/**
 * The measures of several sets of pictures of one model, such as those of a sweep: what they share, the anchors too, is measured
 * once. Measures that need classes are left out where the features or the labels are without them. Labels count only where all
 * pictures and both anchors have them.
 *
 * @returns a list for each of the models, in their order
 * @throws InputError for sets that cannot be measured against each other.
 */
export async function measureEach(
  models: readonly Candidate[],
  input: Omit<MeasureInput, 'model'>,
): Promise<Measure[][]> {
  for (const model of models) checkSets({ ...input, model });
  const { real, noise, reference, seed, inception = false, onProgress, signal } = input;
  const given = [real, noise, ...models];
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
  const measures = models.map((): Measure[] => []);
  for (const { measures: abouts, prepare } of families) {
    const gauge = await prepare(context);
    tell();
    const found: Estimate[][] = [];
    for (const candidate of candidates) {
      found.push(await gauge(candidate));
      tell();
    }
    const [ofReal, ofNoise, ...ofModels] = found;
    abouts.forEach(({ id, name: usual, inceptionName, better }, i) => {
      const name = inception ? (inceptionName ?? usual) : usual;
      ofModels.forEach((estimates, m) => {
        measures[m]!.push({ id, name, better, model: estimates[i]!, real: ofReal![i]!, noise: ofNoise![i]! });
      });
    });
  }
  return measures;
}
