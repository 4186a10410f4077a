/**
 * How good are a model's pictures, and whose are they? The whole evaluation, from top to bottom:
 *
 * 1. the real images: those that the model learnt from, and others that it has never seen
 * 2. a network whose features say what such images look like
 * 3. pictures of the model, asked for what the data holds
 * 4. measures of the pictures, each beside the same of real images and of noise
 * 5. the training image that lies nearest to each picture
 *
 * All that can be wrong fails before a network is trained or a picture sampled. Nothing is written but the caches.
 */
import { basename } from 'node:path';
import { installedVersion } from '@onnoise/base/install';
import { plural } from '@onnoise/base/text';
import { EVALUATION_VERSION, pictureShapeOf, shownOf } from '@onnoise/scheduler/model';
import { check, InputError, integer } from '@onnoise/scheduler/rules';
import type { Dataset } from '@onnoise/training/data';
import type { TrainedOn } from '@onnoise/training/folder';
import { askLike, askUnseen } from './ask.ts';
import { checkMemory, checkPictures, checkTraining } from './check-images.ts';
import { classShares } from './class-shares.ts';
import { openRealImages, type RealImages } from './data.ts';
import { FEATURE_WIDTH, type MaskReader, type NumberReader } from './features/index.ts';
import type { EvaluationHooks, EvaluationJob } from './job.ts';
import { type Measured, measureAsTraining, measureRuns, searchCopies } from './measure.ts';
import { fewestImages, whyFewest } from './measures/index.ts';
import type { Memorisation } from './memorisation/index.ts';
import { openFeatures, openReader, openSegmenter } from './open-judges.ts';
import { machineWords, modelFacts } from './report/facts.ts';
import { imageNames } from './report/image-names.ts';
import type { Evaluation, ReportPictures, SweepRow } from './report/types.ts';
import { sampleRuns } from './runs.ts';
import { lookAtSets } from './sets.ts';
import { checkAsked, checkSettings } from './settings.ts';

const OTHER_IMAGES =
  "The images are not those that the model's training.json names, so copies of any others are not looked for.";

const OTHER_SPLIT =
  'The images held out here are not those that training held out, so the model may have learnt from them. Leave out --validation-share, --split-seed and --group-column, or name others with --test-data.';
const UNKNOWN_SPLIT =
  'No training.json says which images were held out, so the model may have learnt from those that it is compared with, unless --test-data names others.';

const ofStart = (name: string): string =>
  `The model started from the weights of ${name}, and this data says nothing about copies of the images of ${name}. Evaluate with those, too.`;

/** Pictures, unless there are fewer real images to compare with. */
const USUAL_COUNT = 1000;

export interface Evaluated {
  evaluation: Evaluation;
  pictures: ReportPictures;
}

/** @throws InputError for what does not fit together; the signal's reason when it is aborted. */
export async function evaluate(job: EvaluationJob, hooks: EvaluationHooks): Promise<Evaluated> {
  const { model, trainedOn, data, test, forced = false, seed, settings, sweep = [], batch, featureModel } = job;
  const action = `evaluate ${model.folder}`;
  if (job.count !== undefined) check(action, '--count', integer(1), job.count);
  check(action, '--seed', integer(0), seed);
  for (const each of [settings, ...sweep]) checkSettings(model, each, batch);
  // Now: later, another model may have taken the folder's place.
  const facts = await modelFacts(model);

  const { prepare } = hooks;
  const notes: string[] = [];
  const onNote = (sentence: string) => {
    notes.push(sentence);
    hooks.onNote(sentence);
  };
  const shape = pictureShapeOf(model);
  const pictured = { ...model, shape };
  const real = await openRealImages({ action, model: pictured, data, test, forced, hash: trainedOn?.hash, prepare });
  try {
    const unknown = notesOnUnknown(real, trainedOn);
    unknown.forEach(onNote);
    if (real.same !== false && test === undefined) notesOnSplit(job).forEach(onNote);
    real.notes.forEach(onNote);
    const names = await imageNames(data, real.dataset);
    checkMemory(real.dataset, real.dataset.train.length);
    checkMemory(real.unseen.dataset, real.unseen.numbers.length);
    await checkTraining(action, real.dataset);
    const count = requireImages(action, job.count ?? Math.min(USUAL_COUNT, real.unseen.numbers.length), real);
    checkPictures(action, shape, count, 1 + sweep.length);
    const told = model.conditionImage !== undefined;
    const asked = told ? await askUnseen(real, { count, seed }) : askLike(real.dataset, real.classMap, { count, seed });
    checkAsked(model, asked, seed);
    // A file tells its width when it is opened. A network of our own trains then, which would be too late.
    if (featureModel === undefined) requireWidth(action, count, FEATURE_WIDTH);
    const network = await openFeatures(job, real.dataset, hooks);
    let reader: NumberReader | undefined;
    let segmenter: MaskReader | undefined;
    try {
      reader = await openReader(job, real, hooks);
      segmenter = await openSegmenter(job, real, hooks);
      const { width } = network.about;
      requireWidth(action, count, width);
      if (real.dataset.train.length <= width) onNote(fewToTrainOn(real.dataset, width));
      const { first, sweep: others } = await sampleRuns(job, asked, hooks);
      const sets = await lookAtSets(first.pictures, { real, network, seed }, hooks);
      const judges = { sets, network, reader, segmenter, drawsMasks: model.maskOutput !== undefined, seed };
      const measured = await measureRuns([first, ...others], judges, hooks);
      const { candidate, measures, masks } = measured.get(first)!;
      const classCount = real.dataset.classNames?.length ?? 0;
      // Pictures of the masks of real images would be tested on these very images.
      const asTraining = told ? undefined : await measureAsTraining(candidate, judges, classCount, hooks);
      const copies = await searchCopies(candidate, judges, hooks);
      if (copies.duplicates.heldOut > 0) onNote(onShared(copies));

      const evaluation: Evaluation = {
        version: EVALUATION_VERSION,
        date: new Date().toISOString(),
        onnoise: installedVersion('@onnoise/pipeline') ?? 'unknown',
        machine: machineWords(),
        model: facts,
        data: dataFacts(real),
        features: network.about,
        ...(reader && { reader: { name: reader.name, hash: reader.hash } }),
        ...(segmenter && { segmenter: { name: segmenter.name, hash: segmenter.hash } }),
        settings: first.settings,
        measures: [...measures, ...(asTraining ? [asTraining] : [])],
        classes: classShares(real.dataset.classNames, candidate, sets.real),
        ...(masks && { masks }),
        ...(notes.length > 0 && { notes }),
        memorisation: unknown.length > 0 ? ofOtherImages(copies, unknown) : copies,
        ...(others.length > 0 && { sweep: others.map((run) => sweepRow(measured.get(run)!)) }),
        secondsAPicture: first.secondsAPicture,
      };
      return {
        evaluation,
        pictures: {
          show: shownOf(action, model),
          samples: first.pictures,
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

/** Which images the model may know that are not among these. */
const notesOnUnknown = ({ same }: RealImages, trainedOn: TrainedOn | undefined): string[] => [
  ...(same === false ? [OTHER_IMAGES] : []),
  // Its last part: figures hold no path of this machine.
  ...(trainedOn?.start === undefined ? [] : [ofStart(basename(trainedOn.start))]),
];

function notesOnSplit({ data, trainedOn }: EvaluationJob): string[] {
  if (trainedOn === undefined) return [UNKNOWN_SPLIT];
  const told = trainedOn.data;
  const same =
    told.validationShare === data.validationShare &&
    trainedOn.seed === data.seed &&
    told.groupColumn === data.groupColumn;
  return same ? [] : [OTHER_SPLIT];
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
function requireWidth(action: string, count: number, width: number): void {
  const fewest = fewestImages(width);
  if (count >= fewest) return;
  throw new InputError(
    `Cannot ${action}: there must be at least ${fewest} pictures, ${whyFewest(width)}, received ${count}. Raise --count, or name as many real images with --test-data.`,
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

const sweepRow = ({ settings, measures, secondsAPicture }: Measured): SweepRow => ({
  settings,
  measures,
  secondsAPicture,
});
