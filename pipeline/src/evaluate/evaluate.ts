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
import { check, EVALUATION_VERSION, InputError, integer, type Measure } from '@onnoise/scheduler';
import type { Dataset } from '../data/types.ts';
import { installedVersion } from '../installed-version.ts';
import { askLike } from './ask.ts';
import { classShares } from './class-shares.ts';
import { openRealImages, type RealImages } from './data.ts';
import { machineWords, modelFacts } from './facts.ts';
import { FEATURE_WIDTH, openFeatureNetwork, trainOnSynthetic } from './features/index.ts';
import { choose, noiseImages, placesOf, readImages, takeRows } from './images.ts';
import type { EvaluationHooks, EvaluationJob } from './job.ts';
import { type Candidate, measureAll } from './measures/index.ts';
import { findCopies, type Memorisation } from './memorisation/index.ts';
import type { Evaluation, ReportPictures } from './report/types.ts';
import { type Run, sampleRuns } from './runs.ts';
import { checkAsked, checkSettings } from './settings.ts';
import type { FeatureNetwork, ImageSet } from './types.ts';

/** Pictures, unless there are fewer real images to compare with. */
const USUAL_COUNT = 1000;

export interface Evaluated {
  evaluation: Evaluation;
  memorisation: Memorisation;
  pictures: ReportPictures;
}

/** @throws InputError for what does not fit together; the signal's reason when it is aborted. */
export async function evaluate(job: EvaluationJob, hooks: EvaluationHooks): Promise<Evaluated> {
  const { model, trainedOn, data, test, forced = false, seed, settings, sweep = [], batch, featureModel } = job;
  const action = `evaluate ${model.folder}`;
  if (job.count !== undefined) check(action, '--count', integer(1), job.count);
  for (const each of [settings, ...sweep]) checkSettings(model, each, batch);

  const { prepare } = hooks;
  const real = await openRealImages({ action, model, data, test, forced, hash: trainedOn?.hash, prepare });
  try {
    if (real.same === false) hooks.onNote(OTHER_IMAGES);
    const count = requireImages(action, job.count ?? Math.min(USUAL_COUNT, real.unseen.numbers.length), real);
    const asked = askLike(real.dataset, real.classMap, { count, seed });
    checkAsked(model, asked);
    // A file tells its width when it is opened. A network of our own trains then, which would be too late.
    if (featureModel === undefined) requireWidth(action, count, FEATURE_WIDTH);
    const network = await openFeatures(job, real.dataset, hooks);
    try {
      requireWidth(action, count, network.about.width);
      const { first, sweep: others } = await sampleRuns(job, asked, hooks);
      const sets = await lookAtSets(first.pictures, { real, network, count, seed }, hooks);
      const see = async ({ pictures }: Run): Promise<Candidate> => ({
        images: pictures,
        features: await network.extract(pictures),
      });
      const model = await see(first);
      const measures = await measure
    } finally {
      await network.dispose();
    }
  } finally {
    real.close();
  }
}
