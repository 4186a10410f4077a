/** Measures of an evaluation's runs, and the search for training images among its pictures. */
import type { Estimate, Measure } from '@onnoise/scheduler/model';
import { type MaskReader, type NumberReader, trainOnSynthetic } from './features/index.ts';
import { type MeasuredMasks, measureMasks } from './measure-masks.ts';
import { placesOf, takeRows } from './measures/images.ts';
import { type Candidate, measureEach, numberErrorAbout, numberErrors } from './measures/index.ts';
import { findCopies, type Memorisation } from './memorisation/index.ts';
import { isMasked, measureRadiomics } from './radiomics/index.ts';
import type { MaskClass } from './report/types.ts';
import type { Run } from './sampling/runs.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { FeatureNetwork, FeatureNetworkInfo } from './sets/types.ts';
import type { Sets } from './sets.ts';

export interface Judges {
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

export interface Measured extends Run {
  /** The run's pictures, and what the feature network sees in them. */
  candidate: Candidate;
  measures: Measure[];
  /** What was found of each class of masks. */
  masks?: MaskClass[] | undefined;
}

/** Each run once, even where the sweep names it again. */
export async function measureRuns(
  runs: readonly Run[],
  { sets, network, reader, segmenter, drawsMasks = false, seed }: Judges,
  { stage, signal }: EvaluationHooks,
): Promise<Map<Run, Measured>> {
  const { training: reference, real, noise } = sets;
  const distinct = [...new Set(runs)];
  const candidates: Candidate[] = [];
  let masks: MeasuredMasks[] = [];
  const measures = await stage('Measuring', 'parts', async (report) => {
    for (const { pictures } of distinct) {
      candidates.push({ images: pictures, features: await network.extract(pictures) });
    }
    const found = await measureEach(candidates, {
      real,
      noise,
      reference,
      seed,
      inception: isInception(network.about),
      onProgress: (done, total) => report({ done, total }),
      signal,
    });
    const read = reader && (await readNumbers(reader, [real, noise, ...candidates]));
    if (segmenter) {
      const models = candidates.map(({ images }) => images);
      masks = await measureMasks(segmenter, { real: real.images, noise: noise.images, models }, drawsMasks);
    }
    return found.map((each, i) => [...each, ...(read?.(i) ?? []), ...(masks[i]?.measure ? [masks[i].measure] : [])]);
  });
  return new Map(
    distinct.map((run, i) => {
      const found = { candidate: candidates[i]!, measures: measures[i]!, masks: masks[i]?.classes };
      return [run, { ...run, ...found }] as const;
    }),
  );
}

/** Reads the numbers in all sets: the real images, noise, and each of the candidates. */
async function readNumbers(
  reader: NumberReader,
  sets: readonly Candidate[],
): Promise<(candidate: number) => Measure[]> {
  const width = reader.names.length;
  const errors: Estimate[][] = [];
  for (const { images } of sets) errors.push(numberErrors(await reader.read(images), images.conditions!, width));
  const [real, noise, ...candidates] = errors;
  return (candidate) =>
    reader.names.map((of, k) => {
      const { id, name, better } = numberErrorAbout(of);
      return { id, name, better, model: candidates[candidate]![k]!, real: real![k]!, noise: noise![k]! };
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

export function measureTexture(
  { images: model }: Candidate,
  { sets: { training, real, noise }, seed }: Judges,
  { stage, onNote, signal }: EvaluationHooks,
): Promise<Measure | undefined> {
  const all = { model, real: real.images, noise: noise.images, training: training.images };
  if (isMasked(all)) onNote(OF_MASKS);
  return stage('Radiomics', 'images', (report) =>
    measureRadiomics(all, { seed, onProgress: (done, total) => report({ done, total }), signal }),
  );
}

const OF_MASKS = 'The Frechet radiomics distance is of what the masks mark: all classes but the first.';

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
