/**
 * A run from its settings to its last picture: holds the folder, looks at the list of images, prepares them and trains. All
 * that can be wrong fails before an image is read.
 */
import { listImages } from '../../data/look.ts';
import type { Dataset, PrepareOptions } from '../../data/set/types.ts';
import { withDiskErrors } from '../../files/disk-errors.ts';
import { checkList } from '../plan/early.ts';
import type { TrainPlan } from '../plan/plan.ts';
import { prepareOptions } from '../plan/prepare-options.ts';
import { completePlan, type PlanDraft } from '../plan/resolve.ts';
import { checkComplete } from '../settings/config.ts';
import { type HeldRun, withRun } from './held-run.ts';
import { type TrainHooks, type TrainJob, type TrainResult, trainRun } from './train.ts';

export interface WholeRun {
  draft: PlanDraft;
  /** Folder of the run. */
  folder: string;
  resume: boolean;
  /** Once the folder is held, and before the images are looked at. */
  onHeld?: (run: HeldRun) => Promise<void>;
  prepare: (options: PrepareOptions) => Promise<Dataset>;
  /** Once the network is known. */
  onPlan?: (plan: TrainPlan, dataset: Dataset) => void;
  /** Default: `trainRun`. */
  train?: (run: HeldRun, job: TrainJob) => Promise<TrainResult>;
  hooks?: TrainHooks;
  signal?: AbortSignal | undefined;
}

/** @throws InputError for settings that lack something, and as `withRun` and `trainRun` do. */
export async function trainWhole({
  draft,
  folder,
  resume,
  signal,
  hooks = {},
  ...steps
}: WholeRun): Promise<TrainResult> {
  const { onHeld, prepare, onPlan, train = trainRun } = steps;
  checkComplete(draft.plan.config);
  return withRun(draft.plan, folder, resume, async (run) => {
    await onHeld?.(run);
    await checkImages(draft, resume);
    signal?.throwIfAborted();
    const dataset = await prepare(prepareOptions(draft));
    try {
      const plan = completePlan(draft, dataset);
      onPlan?.(plan, dataset);
      return await train(run, { plan, dataset, hooks, signal });
    } finally {
      dataset.close();
    }
  });
}

/** Checks what the list of images shows, before any is read. */
async function checkImages(draft: PlanDraft, resume: boolean): Promise<void> {
  const images = prepareOptions(draft);
  const list = await withDiskErrors(`read ${images.data}`, () => listImages(images));
  checkList(completePlan(draft, list), list, resume);
}
