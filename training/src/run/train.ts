/**
 * A whole run, from top to bottom: hold its folder, look at the images, prepare them, start or resume, step, save, draw, end.
 * All that can be wrong fails before an image is read. It prints nothing: the hooks report what happens.
 *
 * The order is that of EDM's `training_loop.py` (Karras et al., github.com/NVlabs/edm).
 */

import { withDiskErrors } from '@onnoise/base/files';
import { plural } from '@onnoise/base/text';
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { conditionInputs, type DrawOptions } from '@onnoise/scheduler/training';
import { requireWithinClip, withLatents } from '../autoencoder/index.ts';
import { createTrainingBatches, type Dataset } from '../data/index.ts';
import { listImages } from '../data/look.ts';
import type { PrepareOptions } from '../data/set/types.ts';
import { writeChart } from '../pictures/pictures.ts';
import { endOf, type Horizon } from '../plan/horizon.ts';
import { checkList } from '../plan/image-list.ts';
import { pictureSeconds } from '../plan/pace.ts';
import { checkData, type TrainPlan } from '../plan/plan.ts';
import { prepareOptions } from '../plan/prepare-options.ts';
import { checkPrivateEngine, checkPrivateStart } from '../plan/private.ts';
import { completePlan, type PlanDraft } from '../plan/resolve.ts';
import { unusedSettings } from '../plan/unused-settings.ts';
import { createMeter, describePromise } from '../privacy/ledger.ts';
import { diskError } from '../saved/checkpoint.ts';
import { appendLine, type StepMetrics, type ValidationMetrics } from '../saved/metrics.ts';
import { runPaths } from '../saved/run-folder.ts';
import { imagesPerStep } from '../settings/batch.ts';
import { checkComplete, requireEnd } from '../settings/config.ts';
import { judgedTimesteps } from '../step/discriminator.ts';
import { noiseSize } from '../step/step.ts';
import { explainEngineError } from './advice.ts';
import { drawOwed, drawPictures, lacksPictures } from './draw-run.ts';
import { type HeldRun, withRun } from './held-run.ts';
import { runLoop } from './loop.ts';
import { openFiles } from './open-files.ts';
import { createPrivateBatches, openPrivacy } from './private.ts';
import { adviceOf, type RunState, type TrainHooks } from './run-state.ts';
import { saveRun } from './save-run.ts';
import { startEngine } from './start-engine.ts';
import { takeLessons } from './take-lessons.ts';

export type { TrainHooks } from './run-state.ts';

export interface TrainOptions {
  /** Folder of the run. */
  run: string;
  /** Whether to continue the run in the folder. */
  resume: boolean;
  /** The settings and the network; a draft leaves to the images what they settle. */
  plan: TrainPlan | PlanDraft;
  /** The images, or how to prepare them, once nothing else can be wrong. */
  dataset: Dataset | ((options: PrepareOptions) => Promise<Dataset>);
  hooks?: TrainHooks & {
    /** Once the folder is held, and before the images are looked at. */
    onHeld?: (run: HeldRun) => Promise<void>;
    /** Once the network is known. */
    onPlan?: (plan: TrainPlan, dataset: Dataset) => void;
    /** Wraps the part that steps, for a progress bar. */
    around?: (steps: () => Promise<TrainResult>) => Promise<TrainResult>;
  };
  /** Asks to stop: the running step is finished and saved. */
  signal?: AbortSignal | undefined;
}

export interface TrainResult {
  interrupted: boolean;
  step: number;
  seconds: number;
  /** Of the last step. */
  loss: number | undefined;
  /** Folder of the newest checkpoint. */
  checkpoint: string | undefined;
  validation: ValidationMetrics | undefined;
}

/**
 * @throws InputError for settings that lack something, as `withRun` does, for images that do not suit the network or are not
 *   those of the run, and for an engine that fails.
 */
export async function train({ run, resume, dataset: given, signal, ...options }: TrainOptions): Promise<TrainResult> {
  const { hooks = {} } = options;
  const draft = 'open' in options.plan ? options.plan : undefined;
  const early = draft?.plan ?? (options.plan as TrainPlan);
  if (draft) checkComplete(early.config);

  return withRun(early, run, resume, async (held) => {
    checkPrivateEngine(early.config, held.choice.kind);
    await hooks.onHeld?.(held);
    if (typeof given !== 'function') return trainOn(given);
    // What the list of images shows is checked before any is read.
    const images = prepareOptions(draft!);
    const list = await withDiskErrors(`read ${images.data}`, () => listImages(images));
    checkList(completePlan(draft!, list), list, resume);
    signal?.throwIfAborted();
    const dataset = await given(images);
    return trainOn(dataset).finally(() => dataset.close());

    async function trainOn(dataset: Dataset): Promise<TrainResult> {
      const plan = draft ? completePlan(draft, dataset) : early;
      hooks.onPlan?.(plan, dataset);
      const { around = (steps) => steps() } = hooks;
      const learnt = await encodeImages(plan, dataset, hooks, signal);
      return around(() => trainRun(held, { plan, dataset: learnt, hooks, signal })).finally(() => {
        if (learnt !== dataset) learnt.close();
      });
    }
  });
}

/** The images, with their latents where the network learns these. */
async function encodeImages(
  plan: TrainPlan,
  dataset: Dataset,
  { aroundLatents = (work) => work(() => {}) }: TrainHooks,
  signal: AbortSignal | undefined,
): Promise<Dataset> {
  const { autoencoder, config } = plan;
  if (!autoencoder || dataset.latents) return dataset;
  const { cacheDir } = config.data;
  const encoded = await aroundLatents((onProgress) =>
    withLatents(dataset, autoencoder, { cacheDir, onProgress, signal }),
  );
  try {
    await requireWithinClip(encoded.latents!, encoded.count, parseSchedulerConfig(config.scheduler));
    return encoded;
  } catch (error) {
    encoded.close();
    throw error;
  }
}

/** The steps of a run whose folder is held and whose images are there. */
async function trainRun({ folder, resume, choice }: HeldRun, job: RunState['job']): Promise<TrainResult> {
  const { plan, dataset, hooks = {}, signal } = job;
  const { config, model, schedule, step } = plan;
  const { training, output, data } = config;

  // The end, and what the user should know of settings and images.
  const end = endOf(config, dataset.train.length) ?? requireEnd();
  const steps = end.kind === 'steps' ? end.steps : undefined;
  for (const note of checkData(plan, dataset, resume)) hooks.onNote?.(note);
  checkPrivateStart(config, plan.start, dataset);
  for (const note of unusedSettings(config, choice.kind, dataset, steps)) hooks.onNote?.(note);

  // The engine, with a fresh state or that of the newest checkpoint.
  const batch = imagesPerStep(training);
  const { engine, former, newest } = await startEngine({ folder, resume, choice }, job);
  const draws: DrawOptions = {
    offset: { strength: training.offsetNoise, channels: model.shape[0] },
    sampling: { kind: training.timestepSampling, mean: training.logitMean, std: training.logitStd },
  };
  const secret =
    training.dpEpsilon === undefined
      ? undefined
      : await openPrivacy(folder, plan, dataset, steps!, former?.info).catch(async (error: unknown) => {
          await engine.dispose();
          throw error;
        });
  if (secret) for (const note of describePromise(secret.ledger)) hooks.onNote?.(note);
  const batches = secret
    ? createPrivateBatches(secret, { plan, dataset, draws, parts: step.accumulated! })
    : plan.distillation
      ? await takeLessons({ folder, job, engine, distillation: plan.distillation })
      : createTrainingBatches(dataset, { ...data, batch, seed: training.seed });
  if (former) batches.position = former.info.position;
  const reserve = (secondsPerStep: number) => 2 + (state.drawSeconds ?? pictureSeconds(plan, secondsPerStep));
  const horizon: Horizon = end.kind === 'steps' ? end : { ...end, reserve };
  const state: RunState = {
    job,
    folder,
    engine,
    former,
    newest,
    batches,
    horizon,
    privacy: secret && { ledger: secret.ledger, spent: createMeter(secret.ledger) },
    events: undefined,
    drawSeconds: undefined,
  };

  try {
    await openFiles(state);
    await drawOwed(state);
    const looped = await runLoop({
      engine,
      step,
      batches,
      conditionInputs: conditionInputs(model, { ...training, batch }),
      batch,
      size: noiseSize(model),
      dropouts: model.dropouts,
      draws,
      drawn: secret !== undefined,
      T: plan.distillation ? judgedTimesteps(schedule) : schedule.T,
      seed: training.seed,
      lr: training,
      emaDecay: training.emaDecay,
      start: {
        step: former?.info.step ?? 0,
        seconds: (former?.info.seconds ?? 0) + (state.drawSeconds ?? 0),
        reserve: former?.info.reserve ?? null,
      },
      horizon,
      checkpointEvery: output.checkpointEvery,
      previewEvery: output.sampleEvery,
      signal,
      onStep: (metrics, progress) => noteStep(state, metrics, progress),
      save: (metrics, reserve) => saveRun(state, metrics, reserve),
      preview: async ({ step }) => void (await drawPictures(state, step, false)),
      advice: () => adviceOf(state),
    });

    // The end: its pictures, or only the chart if the run was asked to stop.
    const { last, interrupted, seconds } = looped;
    const done = last?.step ?? former?.info.step ?? 0;
    let validation: ValidationMetrics | undefined;
    if (interrupted) await writeChart(folder);
    else {
      if (last && done < config.training.warmupSteps && horizon.kind !== 'steps')
        hooks.onNote?.(stillWarming(config, done));
      if (!last) hooks.onNote?.(`The run was already complete, after ${plural(done, 'step')}.`);
      if (last || (await lacksPictures(state, done, true))) validation = await drawPictures(state, done, true);
    }
    return {
      interrupted: interrupted || signal?.aborted === true,
      step: done,
      seconds,
      loss: last?.loss ?? former?.info.loss,
      checkpoint: state.newest,
      validation,
    };
  } catch (error) {
    throw explainEngineError(error, state.newest);
  } finally {
    await Promise.all([engine.dispose(), 'close' in batches && batches.close()]);
  }
}

/** Of a run by the clock, whose steps nobody knew before. */
const stillWarming = ({ training: { lr, warmupSteps } }: TrainPlan['config'], done: number): string =>
  `The time was up in the warm-up, after ${plural(done, 'step')} of ${warmupSteps}: the learning rate never reached ${lr}, and pictures are likely to be noise. Give more --minutes or fewer --warmup-steps.`;

async function noteStep(state: RunState, measured: StepMetrics, progress: number): Promise<void> {
  const { job, folder, horizon, events, privacy } = state;
  const metrics = privacy ? { ...measured, epsilon: privacy.spent(measured.step) } : measured;
  const path = runPaths(folder).metrics;
  await appendLine(path, metrics).catch((error) => {
    throw diskError(error, `write ${path}`);
  });
  await events?.noteStep(metrics).catch((error) => {
    throw diskError(error, `write ${events.path}`);
  });
  const total = horizon.kind === 'steps' ? horizon.steps : Math.round(metrics.step / Math.max(progress, 1e-9));
  job.hooks?.onStep?.(metrics, { done: metrics.step, total: Math.max(total, metrics.step) });
}
