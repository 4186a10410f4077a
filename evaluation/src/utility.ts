/**
 * Does synthetic data help? The whole measurement, from top to bottom:
 *
 * 1. real images to choose from, others to test on, and synthetic ones
 * 2. small networks on some real images, on synthetic ones, and on both, each tested on the same real images
 * 3. the difference that synthetic images make, and whether it is more than chance
 *
 * All that can be wrong fails before the first network is trained.
 */
import { join } from 'node:path';
import { installedVersion } from '@onnoise/base/install';
import { pictureSizeOf } from '@onnoise/scheduler/model';
import { check, integer, number } from '@onnoise/scheduler/rules';
import { RECIPE_VERSION } from './features/index.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import {
  amongPlanned,
  BATCH,
  beginRuns,
  figuresOf,
  gainOf,
  limitsOf,
  MEASURE,
  planRuns,
  type RunSettings,
  readRuns,
  requireCounts,
  runsOf,
  runTrials,
  USUAL_STEPS,
  UTILITY_VERSION,
  type Utility,
  type UtilityImages,
} from './utility/index.ts';
import { openUtilityImages } from './utility-images.ts';

export interface UtilityJob {
  images: UtilityImages;
  /** Real images of a run. */
  counts: readonly number[];
  seeds: number;
  /** Of each run. */
  steps?: number | undefined;
  /** Synthetic images among those of a run with both, above 0 and below 1. */
  share: number;
  /** For training in this call. */
  minutes?: number | undefined;
  /** Folder of `runs.jsonl`. */
  out: string;
  /** Only checks: nothing is trained or written. */
  dryRun?: boolean | undefined;
}

export const RUNS_FILE = 'runs.jsonl';

/** @throws InputError for what does not fit together; the signal's reason when it is aborted */
export async function utility(job: UtilityJob, hooks: EvaluationHooks): Promise<Utility> {
  const { images, out, share, seeds, minutes, steps = USUAL_STEPS } = job;
  const action = 'measure utility';
  for (const count of job.counts) check(action, 'each of --real-count', integer(2), count);
  const counts = [...new Set(job.counts)].sort((a, b) => a - b);
  check(action, '--seeds', integer(1, 1000), seeds);
  check(action, '--steps', integer(1), steps);
  check(action, '--synthetic-share', number({ above: 0, below: 1 }), share);
  if (minutes !== undefined) check(action, '--minutes', number({ above: 0 }), minutes);
  const sets = await openUtilityImages(action, images, hooks);
  try {
    const { classNames, pool, test, tested, synthetic, keys, notes } = sets;
    requireCounts(action, counts, pool);
    notes.forEach(hooks.onNote);
    const path = join(out, RUNS_FILE);
    const settings: RunSettings = { task: 'classify', steps, share, ...keys, recipe: RECIPE_VERSION };
    const plan = planRuns(counts, seeds);
    const kept = amongPlanned(plan, await readRuns(path, settings, test.images.count));
    if (!job.dryRun) await beginRuns(path, settings);
    const runs = job.dryRun
      ? kept
      : await hooks.stage('Training', 'steps', (report) => {
          const onStep: Parameters<typeof runTrials>[0]['onStep'] = (done, total, { arm, count, seed }) =>
            report({ done, total, note: `${count === null ? '' : `${count} `}${arm}, seed ${seed}` });
          const { signal } = hooks;
          const classes = classNames.length;
          return runTrials({ classes, pool, synthetic, test, steps, share, path, minutes, onStep, signal }, plan, kept);
        });
    const figures = {
      data: {
        name: pool.dataset.name,
        hash: pool.dataset.hash,
        pool: pool.numbers.length,
        test: tested.numbers.length,
        testGroups: new Set(test.groups).size,
        ...(tested.dataset !== pool.dataset && { testName: tested.dataset.name }),
        classNames,
      },
      settings: {
        counts,
        seeds,
        steps,
        batch: BATCH,
        share,
        size: pictureSizeOf(pool.dataset),
      },
    };
    return {
      version: UTILITY_VERSION,
      date: new Date().toISOString(),
      onnoise: installedVersion('@onnoise/pipeline') ?? 'unknown',
      task: 'classify',
      measure: MEASURE,
      ...figures,
      synthetic: {
        name: synthetic.dataset.name,
        hash: synthetic.dataset.hash,
        count: synthetic.numbers.length,
        copies: sets.copies,
      },
      runs: { done: runs.length, planned: plan.length },
      syntheticAlone: figuresOf(runsOf(runs, 'synthetic', null)) ?? null,
      gains: counts.flatMap((count) => gainOf(runs, count, test) ?? []),
      limits: limitsOf(figures),
      notes,
    };
  } finally {
    await sets.close();
  }
}
