/** All runs of a measurement, one after the other: those that are kept are not trained again. */
import { classifierGraph } from '../features/onnx.ts';
import { seeOnce } from '../features/open.ts';
import { joinSources, sourceOfDataset, type TrainingSource } from '../features/source.ts';
import { trainClassifier } from '../features/train.ts';
import type { Part } from '../membership/index.ts';
import { chooseImages } from './choose.ts';
import { scoreOf } from './gains.ts';
import { addRun, sameRun } from './kept-runs.ts';
import type { Run, RunPlan, TestSet } from './types.ts';

/** Images of a step: fewer than those of a feature network, since steps count more than images where these are few. */
export const BATCH = 32;

interface Trials {
  /** Classes of the images. */
  classes: number;
  /** Real images that runs choose from. */
  pool: Part;
  synthetic: Part;
  test: TestSet;
  steps: number;
  share: number;
  /** Where each run is added. */
  path: string;
  /** No run is begun after so many, from this call on; the first always is. */
  minutes?: number | undefined;
  /** Steps that are done, of all that are to do in this call. */
  onStep?: ((done: number, total: number, run: RunPlan) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Seed by seed, so that a measurement that was stopped has whole pairs. */
export const planRuns = (counts: readonly number[], seeds: number): RunPlan[] =>
  Array.from({ length: seeds }, (_, seed) => [
    { arm: 'synthetic' as const, count: null, seed },
    ...counts.flatMap((count) => [
      { arm: 'real' as const, count, seed },
      { arm: 'both' as const, count, seed },
    ]),
  ]).flat();

/** The runs that are in the plan. */
export const amongPlanned = (plan: readonly RunPlan[], runs: readonly Run[]): Run[] =>
  runs.filter((run) => plan.some((planned) => sameRun(planned, run)));

/**
 * Every arm has the same network, the same steps, batches and seeds: only the images differ.
 * @param kept runs of the plan
 * @returns those and the runs that are done now
 * @throws InputError when training diverges; the signal's reason when it is aborted
 */
export async function runTrials(trials: Trials, plan: readonly RunPlan[], kept: readonly Run[]): Promise<Run[]> {
  const { classes, test, steps, path, minutes, onStep, signal } = trials;
  const done = [...kept];
  const left = plan.filter((planned) => !done.some((run) => sameRun(planned, run)));
  const end = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + 60_000 * minutes;
  for (const [turn, planned] of left.entries()) {
    if (turn > 0 && performance.now() > end) break;
    const source = sourceOf(trials, planned);
    const { shape } = source;
    const weights = await trainClassifier(source, classes, {
      seed: planned.seed,
      length: { batch: BATCH, epochs: 1, least: steps, most: steps },
      signal,
      onProgress: onStep && (({ done }) => onStep(turn * steps + done, left.length * steps, planned)),
    });
    const graph = classifierGraph(shape, classes, weights);
    const { classes: named } = await seeOnce({ graph, kind: 'classifier', shape }, test.images, signal);
    const values = Array.from(named!, (label, i) => Number(label === test.images.labels![i]));
    const run: Run = { ...planned, score: scoreOf(test, values), values };
    await addRun(path, run);
    done.push(run);
  }
  return done;
}

function sourceOf({ pool, synthetic, share }: Trials, { arm, count, seed }: RunPlan): TrainingSource {
  const made = () => sourceOfDataset(synthetic.dataset, synthetic.numbers);
  if (count === null) return made();
  const real = sourceOfDataset(pool.dataset, chooseImages(pool, count, seed));
  return arm === 'real' ? real : joinSources(real, made(), share);
}
