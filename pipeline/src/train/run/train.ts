/**
 * A whole run, from top to bottom: start or resume, step, save, draw, end. The loop of the steps is in loop.ts.
 * It prints nothing: the hooks report what happens.
 */
import { conditionInputs, sizeOf } from '@onnoise/scheduler';
import { plural } from '../../text/format.ts';
import { writeChart } from '../pictures/pictures.ts';
import { diskError } from '../saved/checkpoint.ts';
import { appendLine, type StepMetrics, type ValidationMetrics } from '../saved/metrics.ts';
import { runPaths } from '../saved/run-folder.ts';
import { imagesPerStep } from '../settings/batch.ts';
import { explainEngineError } from './advice.ts';
import { drawOwed, drawPictures, lacksPictures } from './draw-run.ts';
import { type HeldRun, withRun } from './held-run.ts';
import { type LoopOptions, type LoopResult, runLoop } from './loop.ts';
import { adviceOf, type RunState, type TrainJob } from './run-state.ts';
import { saveRun } from './save-run.ts';
import { openFiles, startRun } from './start-run.ts';

export type { TrainHooks, TrainJob } from './run-state.ts';

export interface TrainOptions extends TrainJob {
  /** Folder of the run. */
  run: string;
  resume: boolean;
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

/** @throws InputError for what `withRun` refuses, and for images that are not those of the run. */
export async function train({ run, resume, ...job }: TrainOptions): Promise<TrainResult> {
  return withRun(job.plan, run, resume, (held) => trainRun(held, job));
}

/** The same in a folder that this process holds. @throws InputError for images that are not those of the run. */
export async function trainRun(run: HeldRun, job: TrainJob): Promise<TrainResult> {
  const state = await startRun(run, job);
  try {
    await openFiles(state);
    await drawOwed(state);
    const result = await runLoop(loopOptions(state));
    return await finish(state, result);
  } catch (error) {
    throw explainEngineError(error, state.newest);
  } finally {
    await state.engine.dispose();
  }
}

function loopOptions(state: RunState): LoopOptions {
  const { plan, signal } = state.job;
  const { config, model, schedule, step } = plan;
  const { training, output } = config;
  const batch = imagesPerStep(training);
  const { info } = state.former ?? {};
  return {
    engine: state.engine,
    step,
    batches: state.batches,
    conditionInputs: conditionInputs(model, { ...training, batch }),
    batch,
    T: schedule.T,
    seed: training.seed,
    horizon: state.horizon,
    signal,
    size: sizeOf(model.shape),
    dropouts: model.dropouts,
    draws: {
      offset: { strength: training.offsetNoise, channels: model.shape[0] },
      sampling: { kind: training.timestepSampling, mean: training.logitMean, std: training.logitStd },
    },
    learningRate: { rate: training.lr, schedule: training.lrSchedule, warmupSteps: training.warmupSteps },
    emaDecay: training.emaDecay,
    start: {
      step: info?.step ?? 0,
      seconds: (info?.seconds ?? 0) + (state.drawSeconds ?? 0),
      reserve: info?.reserve ?? null,
    },
    checkpointEvery: output.checkpointEvery,
    previewEvery: output.sampleEvery,
    onStep: (metrics, progress) => noteStep(state, metrics, progress),
    save: (metrics, reserve) => saveRun(state, metrics, reserve),
    preview: async ({ step }) => void (await drawPictures(state, step, false)),
    advice: () => adviceOf(state),
  };
}

async function noteStep(state: RunState, metrics: StepMetrics, progress: number): Promise<void> {
  const { job, folder, horizon, events } = state;
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

/** The end: its pictures, or only the chart if the run was asked to stop. */
async function finish(state: RunState, { last, interrupted, seconds }: LoopResult): Promise<TrainResult> {
  const { hooks, signal } = state.job;
  const step = last?.step ?? state.former?.info.step ?? 0;
  let validation: ValidationMetrics | undefined;
  if (interrupted) await writeChart(state.folder);
  else {
    if (!last) hooks?.onNote?.(`The run was already complete, after ${plural(step, 'step')}.`);
    if (last || (await lacksPictures(state, step, true))) validation = await drawPictures(state, step, true);
  }
  return {
    interrupted: interrupted || signal?.aborted === true,
    step,
    seconds,
    loss: last?.loss ?? state.former?.info.loss,
    checkpoint: state.newest,
    validation,
  };
}
