/** Measures of an evaluation's pictures, and the search for training images among its pictures. */
import type { Estimate, Measure } from '@onnoise/scheduler/evaluation';
import { type MaskReader, type NumberReader, trainOnSynthetic } from './features/index.ts';
import { measureMasks } from './measure-masks.ts';
import { placesOf, takeRows } from './measures/images.ts';
import { type Candidate, measureAll, numberErrorAbout, numberErrors } from './measures/index.ts';
import { findCopies, type Memorisation } from './memorisation/index.ts';
import type { MaskClass } from './report/types.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { FeatureNetwork, FeatureNetworkInfo, ImageSet } from './sets/types.ts';
import type { Sets } from './sets.ts';

interface Judges {
  sets: Sets;
  network: FeatureNetwork;
  /** For a model that is asked for numbers. */
  reader?: NumberReader | undefined;
  /** For a model that is told masks or draws them. */
  segmenter?: MaskReader | undefined;
  /** Whether it draws them. */
  drawsMasks?: boolean | undefined;
  seed: number;
}

export interface Measured {
  /** The pictures, and what the feature network sees in them. */
  candidate: Candidate;
  measures: Measure[];
  /** What was found of each class of masks. */
  masks?: MaskClass[] | undefined;
}

export async function measureRun(
  pictures: ImageSet,
  { sets, network, reader, segmenter, drawsMasks = false, seed }: Judges,
  { stage, signal }: EvaluationHooks,
): Promise<Measured> {
  const { training: reference, real, noise } = sets;
  return stage('Measuring', 'parts', async (report) => {
    const model = { images: pictures, features: await network.extract(pictures) };
    const measures = await measureAll({
      model,
      real,
      noise,
      reference,
      seed,
      inception: isInception(network.about),
      onProgress: (done, total) => report({ done, total }),
      signal,
    });
    if (reader) measures.push(...(await readNumbers(reader, { model, real, noise })));
    const images = { model: pictures, real: real.images, noise: noise.images };
    const masks = segmenter && (await measureMasks(segmenter, images, drawsMasks));
    if (masks?.measure) measures.push(masks.measure);
    return { candidate: model, measures, masks: masks?.classes };
  });
}

/** Reads the numbers in all sets. */
async function readNumbers(
  reader: NumberReader,
  sets: Record<'model' | 'real' | 'noise', Candidate>,
): Promise<Measure[]> {
  const errorsOf = async ({ images }: Candidate): Promise<Estimate[]> =>
    numberErrors(await reader.read(images), images.conditions!, reader.names.length);
  const [model, real, noise] = [await errorsOf(sets.model), await errorsOf(sets.real), await errorsOf(sets.noise)];
  return reader.names.map((of, k) => {
    const { id, name, better } = numberErrorAbout(of);
    return { id, name, better, model: model[k]!, real: real[k]!, noise: noise[k]! };
  });
}

/** Only in the features of Inception is Frechet's distance FID. */
const isInception = ({ kind, name, width }: FeatureNetworkInfo): boolean =>
  kind === 'file' && /inception/i.test(name) && width === 2048;

/**
 * What the pictures are worth as training data.
 * @returns undefined where pictures or real images have no classes, or fewer real ones than pictures were trained on
 */
export async function measureAsTraining(
  { images: synthetic }: Candidate,
  { sets, seed }: Judges,
  classes: number,
  { stage, signal }: EvaluationHooks,
): Promise<Measure | undefined> {
  const { training, unseen, noise } = sets;
  const { count } = synthetic;
  const labelled = [synthetic, training.images, unseen.images].every(({ labels }) => labels !== undefined);
  if (!labelled || classes < 2 || training.images.count < count) return undefined;
  const real = takeRows(training, placesOf(training.images.count, count, seed)).images;
  return stage('Training on pictures', 'steps', (report) =>
    trainOnSynthetic({
      synthetic,
      real,
      noise: noise.images,
      heldOut: unseen.images,
      classes,
      seed,
      onProgress: (done, total) => report({ done, total }),
      signal,
    }),
  );
}

export function searchCopies(
  { images: samples, features }: Candidate,
  { sets, network, seed }: Judges,
  { stage, signal }: EvaluationHooks,
): Promise<Memorisation> {
  const { training, unseen } = sets;
  return stage('Looking for copies', 'images', (report) =>
    findCopies({
      samples,
      training: training.images,
      heldOut: unseen.images,
      features: {
        samples: features,
        training: training.features,
        heldOut: unseen.features,
        extract: network.extract,
      },
      parts: true,
      seed,
      onProgress: (done, total) => report({ done, total }),
      signal,
    }),
  );
}
