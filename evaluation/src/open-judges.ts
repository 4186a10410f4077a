/** Opens the networks that look at pictures for an evaluation: for features, and to read numbers and masks in them. */
import type { Dataset } from '@onnoise/training/data';
import { masksOf } from './beside.ts';
import {
  type MaskReader,
  type NumberReader,
  openFeatureNetwork,
  openMaskReader,
  openNumberReader,
  type TrainingProgress,
} from './features/index.ts';
import type { EvaluationJob } from './job.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { RealImages } from './sets/real-images.ts';
import type { FeatureNetwork } from './sets/types.ts';

export function openFeatures(
  { data, featureModel: file, featureRange: range }: EvaluationJob,
  dataset: Dataset,
  { stage, onNote, signal }: EvaluationHooks,
): Promise<FeatureNetwork> {
  return stage('Feature network', 'steps', (report) =>
    openFeatureNetwork({
      dataset,
      file,
      range,
      cacheDir: data.cacheDir,
      onProgress: (progress) => report(stepsOf(progress)),
      onNote,
      signal,
    }),
  );
}

/** What reads numbers in pictures, for those that were asked for some. */
export async function openReader(
  { source: { facts }, data: { cacheDir } }: EvaluationJob,
  { dataset, unseen }: RealImages,
  { stage, onNote, signal }: EvaluationHooks,
): Promise<NumberReader | undefined> {
  if (dataset.conditions === undefined || !facts.conditions?.length) return undefined;
  if (unseen.dataset.conditions === undefined) {
    onNote(
      `Whether pictures show the ${dataset.conditions.names.join(' and the ')} that they were asked for is not measured: no numbers are read from --test-data without --test-csv.`,
    );
    return undefined;
  }
  return stage('Regressor', 'steps', (report) =>
    openNumberReader({ dataset, cacheDir, onProgress: (progress) => report(stepsOf(progress)), onNote, signal }),
  );
}

/** What reads masks in pictures, for a model that is told masks or draws them. */
export async function openSegmenter(
  { source: { facts }, data: { cacheDir } }: EvaluationJob,
  { dataset, unseen }: RealImages,
  { stage, onNote, signal }: EvaluationHooks,
): Promise<MaskReader | undefined> {
  if (masksOf(facts) === undefined) return undefined;
  const missing = [dataset, unseen.dataset].findIndex(({ beside }) => beside === undefined);
  if (missing >= 0) {
    const flag = missing === 0 ? '--masks' : '--test-masks';
    onNote(`Whether masks fit the pictures that they were drawn with is not measured: ${flag} names none.`);
    return undefined;
  }
  return stage('Segmenter', 'steps', (report) =>
    openMaskReader({ dataset, cacheDir, onProgress: (progress) => report(stepsOf(progress)), onNote, signal }),
  );
}

const stepsOf = ({ done, steps, loss }: TrainingProgress) => ({
  done,
  total: steps,
  note: `loss ${loss.toPrecision(3)}`,
});
