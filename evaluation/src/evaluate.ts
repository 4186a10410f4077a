/**
 * How good are pictures, and whose are they? The whole evaluation, from top to bottom:
 *
 * 1. the real images: those that the pictures' maker learnt from, and others that it has never seen
 * 2. a network whose features say what such images look like
 * 3. the pictures: a model's, asked for what the data holds, or those of files
 * 4. measures of the pictures, each beside the same of real images and of noise
 * 5. the training image that lies nearest to each picture
 *
 * All that can be wrong fails before a network is trained or a picture sampled. Nothing is written but the caches.
 */
import { installedVersion } from '@onnoise/base/install';
import { plural } from '@onnoise/base/text';
import { EVALUATION_VERSION } from '@onnoise/scheduler/evaluation';
import { check, InputError, integer } from '@onnoise/scheduler/rules';
import type { Dataset } from '@onnoise/training/data';
import { checkMemory, checkPictures, checkTraining } from './check-images.ts';
import { classShares } from './class-shares.ts';
import { openRealImages } from './data.ts';
import { FEATURE_WIDTH, type MaskReader, type NumberReader } from './features/index.ts';
import type { EvaluationJob } from './job.ts';
import { measureAsTraining, measureRun, searchCopies } from './measure.ts';
import { fewestImages, whyFewest } from './measures/index.ts';
import type { Memorisation } from './memorisation/index.ts';
import { openFeatures, openReader, openSegmenter } from './open-judges.ts';
import { machineWords } from './report/facts.ts';
import { imageNames } from './report/image-names.ts';
import type { Evaluation, ReportPictures } from './report/types.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { RealImages } from './sets/real-images.ts';
import { lookAtSets } from './sets.ts';
import type { PictureSource } from './source.ts';

/** Pictures, unless there are fewer real images to compare with. */
const USUAL_COUNT = 1000;

interface Evaluated {
  evaluation: Evaluation;
  pictures: ReportPictures;
}

/** @throws InputError for what does not fit together; the signal's reason when it is aborted. */
export async function evaluate(job: EvaluationJob, hooks: EvaluationHooks): Promise<Evaluated> {
  const { source, data, test, forced = false, seed, featureModel } = job;
  const { action, facts } = source;
  if (job.count !== undefined) check(action, '--count', integer(1), job.count);
  check(action, '--seed', integer(0), seed);
  const { prepare } = hooks;
  const notes: string[] = [];
  const onNote = (sentence: string) => {
    notes.push(sentence);
    hooks.onNote(sentence);
  };
  const real = await openRealImages({ source, data, test, forced, prepare });
  try {
    const { unknown, split } = source.notesOn(real);
    [...unknown, ...split].forEach(onNote);
    real.notes.forEach(onNote);
    const names = await imageNames(data, real.dataset);
    checkMemory(real.dataset, real.dataset.train.length);
    checkMemory(real.unseen.dataset, real.unseen.numbers.length);
    await checkTraining(action, real.dataset);
    const { available = USUAL_COUNT } = source;
    const count = requireImages(action, job.count ?? Math.min(available, real.unseen.numbers.length), real);
    checkPictures(action, facts.shape, source.available ?? count);
    const draw = await source.choose(real, { count, seed });
    // A file tells its width when it is opened. A network of our own trains then, which would be too late.
    if (featureModel === undefined) requireWidth(source, count, FEATURE_WIDTH);
    const network = await openFeatures(job, real.dataset, hooks);
    let reader: NumberReader | undefined;
    let segmenter: MaskReader | undefined;
    try {
      reader = await openReader(job, real, hooks);
      segmenter = await openSegmenter(job, real, hooks);
      const { width } = network.about;
      requireWidth(source, count, width);
      if (real.dataset.train.length <= width) onNote(fewToTrainOn(real.dataset, width));
      const run = await draw(hooks);
      const sets = await lookAtSets(run.pictures, { real, network, seed }, hooks);
      const judges = { sets, network, reader, segmenter, drawsMasks: facts.maskOutput !== undefined, seed };
      const { candidate, measures, masks } = await measureRun(run.pictures, judges, hooks);
      const classCount = real.dataset.classNames?.length ?? 0;
      // Pictures of the masks of real images would be tested on these very images.
      const told = facts.conditionImage !== undefined;
      const asTraining = told ? undefined : await measureAsTraining(candidate, judges, classCount, hooks);
      const searched = run.all ? { images: run.all, features: await network.extract(run.all) } : candidate;
      const copies = await searchCopies(searched, judges, hooks);
      if (copies.duplicates.heldOut > 0) onNote(onShared(copies));

      const evaluation: Evaluation = {
        version: EVALUATION_VERSION,
        date: new Date().toISOString(),
        onnoise: installedVersion('@onnoise/pipeline') ?? 'unknown',
        machine: machineWords(),
        ...source.origin,
        data: dataFacts(real),
        features: network.about,
        ...(reader && { reader: { name: reader.name, hash: reader.hash } }),
        ...(segmenter && { segmenter: { name: segmenter.name, hash: segmenter.hash } }),
        settings: run.settings,
        measures: [...measures, ...(asTraining ? [asTraining] : [])],
        classes: classShares(real.dataset.classNames, candidate, sets.real),
        ...(masks && { masks }),
        ...(notes.length > 0 && { notes }),
        memorisation: unknown.length > 0 ? ofOtherImages(copies, unknown) : copies,
        ...(run.secondsAPicture !== undefined && { secondsAPicture: run.secondsAPicture }),
      };
      return {
        evaluation,
        pictures: {
          show: source.show,
          samples: searched.images,
          sampleNames: source.names,
          real: sets.real.images,
          training: sets.training.images,
          trainingNames: { ...names, nameOf: (i) => names.nameOf(real.dataset.train[i]!) },
        },
      };
    } finally {
      await network.dispose();
      await reader?.dispose();
      await segmenter?.dispose();
    }
  } finally {
    real.close();
  }
}

/** The measures of real images are what a model can reach: images that it knows flatter them. */
const onShared = ({ counts, duplicates: { heldOut } }: Memorisation): string =>
  `${heldOut} of the ${plural(counts.heldOut, 'real image')} to compare with ${heldOut === 1 ? 'is a training image' : 'are training images'}, too: the measures of real images look better for it.`;

/** What is not copied from these images may be copied from others that the model knows. */
const ofOtherImages = (found: Memorisation, why: readonly string[]): Memorisation =>
  found.verdict === 'none found'
    ? { ...found, verdict: 'cannot tell', reason: `No copies of these images were found. ${why.join(' ')}` }
    : found;

/** @throws InputError for more pictures than real images to compare with. */
function requireImages(action: string, count: number, { dataset, unseen }: RealImages): number {
  const most = unseen.numbers.length;
  if (count <= most) return count;
  const held = unseen.dataset === dataset ? 'held out of training' : 'of --test-data';
  throw new InputError(
    `Cannot ${action}: --count must be at most ${most}, the images ${held}, received ${count}. Name more real images with --test-data.`,
  );
}

/** @throws InputError: how so many features vary together is only seen in more images. */
function requireWidth({ action, available }: PictureSource, count: number, width: number): void {
  const fewest = fewestImages(width);
  if (count >= fewest) return;
  const few = available !== undefined && available < fewest;
  const advice = few ? 'Add pictures.' : 'Raise --count, or name as many real images with --test-data.';
  throw new InputError(
    `Cannot ${action}: there must be at least ${fewest} pictures, ${whyFewest(width)}, received ${few ? available : count}. ${advice}`,
  );
}

const fewToTrainOn = ({ train }: Dataset, width: number): string =>
  `Only ${plural(train.length, 'image')} to train on, no more than the ${width} features of each: distances to them mean little.`;

const dataFacts = ({ dataset, unseen }: RealImages): Evaluation['data'] => ({
  name: dataset.name,
  hash: dataset.hash,
  train: dataset.train.length,
  heldOut: unseen.numbers.length,
  ...(unseen.dataset !== dataset && { test: unseen.dataset.name }),
});
