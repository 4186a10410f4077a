/**
 * A whole run: start or resume, train, save, draw. The loop itself is in loop.ts; here is what stands around it.
 * It prints nothing: the hooks report what happens.
 */
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { createBatcher, type Dataset } from '../data/index.ts';
import { withDiskErrors } from '../files/disk-errors.ts';
import { requireUnlocked, withLock } from '../files/lock.ts';
import { checkWritable } from '../files/output.ts';
import { sizeOf } from '../shape.ts';
import { divergedAdvice, explainEngineError } from './advice.ts';
import { type CheckpointInfo, diskError, type Resumed, resumeCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { checkComplete, compareConfigs } from './config.ts';
import type { TrainEngine } from './contracts.ts';
import { chooseEngine, createEngine, type EngineChoice } from './engines/index.ts';
import { idleSettings } from './idle.ts';
import { type Horizon, runLoop } from './loop.ts';
import { appendLine, cutLines, type Metrics, type ValidationMetrics } from './metrics.ts';
import { pictureSeconds, stepsOf } from './pace.ts';
import { hasPictures, writeChart, writePictures } from './pictures.ts';
import { checkData, type TrainPlan } from './plan.ts';
import { describeData, readRunConfig, requireNoRun, runPaths, writeJson } from './run-folder.ts';
import { requireRunSpace } from './space.ts';
import { parametersOf } from './state.ts';

export interface TrainHooks {
  /** Something worth telling, one sentence: what was chosen, what was resumed, what was skipped. */
  onNote?: (note: string) => void;
  /** After every step. `total` steps are known up front, or guessed from the time left. */
  onStep?: (metrics: Metrics, progress: { done: number; total: number }) => void;
  /** While pictures are drawn. */
  onPreview?: (done: number, total: number) => void;
}

export interface TrainOptions {
  plan: TrainPlan;
  dataset: Dataset;
  /** Folder of the run. */
  run: string;
  resume: boolean;
  hooks?: TrainHooks;
  /** Asks to stop: the running step is finished and saved. */
  signal?: AbortSignal | undefined;
}

export interface TrainResult {
  interrupted: boolean;
  step: number;
  seconds: number;
  /** Of the last step. */
  loss: number | null;
  /** Folder of the newest checkpoint. */
  checkpoint: string | null;
  validation: ValidationMetrics | null;
}

/**
 * Checks what must hold before the images are prepared: the run's folder and the engine.
 * @throws InputError when the folder cannot be written, the engine is not there, the folder already holds a run (without
 *   resume), or it holds none or a run of other settings (with resume).
 */
export async function checkRun(
  plan: Pick<TrainPlan, 'config' | 'step'>,
  run: string,
  resume: boolean,
): Promise<EngineChoice> {
  const { config } = plan;
  const choice = await chooseEngine(config.training.engine, config.training.allowCpu);
  await checkWritable('--out', run, 'folder');
  if (!resume) await requireNoRun(run);
  else compareConfigs(await readRunConfig(run), config, run);
  await requireRunSpace(plan, run);
  return choice;
}

/** The lock of a run: a file in its folder, and the words for whoever is refused. */
const lockOf = (run: string) =>
  [join(run, '.lock'), { action: `start training in ${run}`, doing: 'is training there' }] as const;

/** Refuses early what `train` would refuse later. @throws InputError when another process trains in the folder. */
export const requireIdle = (run: string): Promise<void> => requireUnlocked(...lockOf(run));

/** @throws InputError for what `checkRun` and `requireIdle` refuse, and for images that are not those of the run. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  await checkWritable('--out', options.run, 'folder');
  return withLock(...lockOf(options.run), () => trainAlone(options));
}

async function trainAlone(options: TrainOptions): Promise<TrainResult> {
  const { plan, dataset, run, resume, hooks = {}, signal } = options;
  const { config, model, schedule, step: trainStep } = plan;
  const { training, output } = config;
  const paths = runPaths(run);
  const choice = await checkRun(plan, run, resume);
  checkComplete(config);
  const steps = stepsOf(config, dataset.train.length);
  const notes = [...checkData(plan, dataset, resume), ...idleSettings(config, choice.kind, dataset, steps)];
  for (const note of notes) hooks.onNote?.(note);
  const batches = createBatcher(dataset, { batch: training.batch, seed: training.seed, flip: config.data.flip });

  const { engine, from, path } = await startEngine(options, choice);
  if (from) batches.position = from.position;
  let newest = path;
  let drawSeconds: number | null = null;

  const save = async (metrics: Metrics, reserve: number | null) => {
    const values = await engine.readState();
    checkFinite(values, metrics.step, () => divergedAdvice(newest, training));
    const { step, epoch, seconds, learningRate, loss } = metrics;
    const info: CheckpointInfo = {
      format: 1,
      step,
      epoch,
      position: batches.position,
      seed: training.seed,
      seconds,
      reserve,
      learningRate,
      loss,
      config,
      data: { name: dataset.name, hash: dataset.hash },
    };
    newest = await saveCheckpoint(paths.checkpoints, info, trainStep.state, values, output.keep);
  };
  const draw = async (step: number, final: boolean) => {
    const began = performance.now();
    const parameters = parametersOf(await engine.readState());
    const advice = () => divergedAdvice(newest, training);
    const picture = { plan, dataset, run, step, parameters, final, signal, onProgress: hooks.onPreview, advice };
    const measured = await writePictures(picture).catch((error) => {
      if (signal?.aborted) return null;
      throw diskError(error, `write the pictures of ${run}`);
    });
    drawSeconds = (performance.now() - began) / 1000;
    return measured;
  };

  try {
    await openFiles(options, from?.step ?? 0);
    const horizon = horizonOf(plan, dataset.train.length, () => drawSeconds);
    const missing = (step: number, final: boolean) =>
      hasPictures(run, step, dataset.validation.length > 0, final).then((there) => !there);
    // A stop after a checkpoint and before its pictures.
    const every = from?.config.output.sampleEvery ?? null;
    const due = from && every !== null && from.step % every === 0 && !isOver(horizon, from.step);
    if (due && (await missing(from.step, false))) {
      hooks.onNote?.(`Drawing the pictures of step ${from.step}, which are missing.`);
      await draw(from.step, false);
    }
    const result = await runLoop({
      engine,
      step: trainStep,
      batches,
      batch: training.batch,
      T: schedule.T,
      seed: training.seed,
      horizon,
      signal,
      size: sizeOf(model.imageShape),
      learningRate: { rate: training.lr, schedule: training.lrSchedule, warmupSteps: training.warmupSteps },
      emaDecay: training.emaDecay,
      start: {
        step: from?.step ?? 0,
        seconds: (from?.seconds ?? 0) + (drawSeconds ?? 0),
        reserve: from?.reserve ?? null,
      },
      checkpointEvery: output.checkpointEvery,
      previewEvery: output.sampleEvery,
      async onStep(metrics, progress) {
        await appendLine(paths.metrics, metrics).catch((error) => {
          throw diskError(error, `write ${paths.metrics}`);
        });
        const total = horizon.kind === 'steps' ? horizon.steps : Math.round(metrics.step / Math.max(progress, 1e-9));
        hooks.onStep?.(metrics, { done: metrics.step, total: Math.max(total, metrics.step) });
      },
      save,
      preview: async ({ step }) => void (await draw(step, false)),
      advice: () => divergedAdvice(newest, training),
    });
    const step = result.last?.step ?? from?.step ?? 0;
    const complete = !result.last && !result.interrupted;
    if (complete) hooks.onNote?.(`The run was complete already, after ${step} steps.`);
    const drawn = complete && !(await missing(step, true));
    const validation = result.interrupted || drawn ? null : await draw(step, true);
    if (result.interrupted) await writeChart(run);
    const interrupted = result.interrupted || signal?.aborted === true;
    const loss = result.last?.loss ?? from?.loss ?? null;
    return { interrupted, step, seconds: result.seconds, loss, checkpoint: newest, validation };
  } catch (error) {
    throw explainEngineError(error, newest);
  } finally {
    await engine.dispose();
  }
}

/** Notes what is trained on what, and cuts off what an earlier process measured after `step`. */
async function openFiles({ plan, dataset, run }: TrainOptions, step: number): Promise<void> {
  const paths = runPaths(run);
  try {
    await writeJson(paths.config, plan.config);
    await writeJson(paths.data, describeData(dataset));
    await cutLines(paths.metrics, step);
    await cutLines(paths.validation, step);
  } catch (error) {
    throw diskError(error, `start the run in ${run}`);
  }
}

/** The engine with a fresh or a checkpoint's state. In a function of its own so that its copy of the state can be freed. */
async function startEngine(options: TrainOptions, { kind, reason }: EngineChoice): Promise<Started> {
  const { plan, resume, hooks } = options;
  const resumed = resume
    ? await withDiskErrors(`read the checkpoints of ${options.run}`, () => findCheckpoint(options))
    : null;
  const state = resumed?.checkpoint.state ?? plan.step.initialState(plan.initialParameters());
  hooks?.onNote?.(`Engine: ${reason}.`);
  const { tf32 } = plan.config.training;
  const path = resumed?.checkpoint.path ?? null;
  try {
    const engine = await createEngine(kind, plan.step, state, { tf32, onNote: hooks?.onNote });
    return { engine, from: resumed?.checkpoint.info ?? null, path };
  } catch (error) {
    throw explainEngineError(error, path);
  }
}

interface Started {
  engine: TrainEngine;
  /** The checkpoint that the run goes on from, and its folder. */
  from: CheckpointInfo | null;
  path: string | null;
}

async function findCheckpoint({ plan, dataset, run, hooks }: TrainOptions): Promise<Resumed | null> {
  const changes: string[] = [];
  const found = await resumeCheckpoint(runPaths(run).checkpoints, plan.step.state, (info) => {
    changes.splice(0, changes.length, ...compareConfigs(info.config, plan.config, run));
    if (info.data.hash !== dataset.hash) {
      throw new InputError(
        `Cannot continue ${run}: --data must be the images that it was started with (${info.data.name}), ` +
          `received others (${dataset.name}): their contents, size, channels or labels differ.`,
      );
    }
  });
  if (!found) hooks?.onNote?.('There is no checkpoint yet: starting from the beginning.');
  for (const { reason } of found?.broken ?? []) hooks?.onNote?.(`${reason} It was set aside.`);
  if (found) hooks?.onNote?.(`Continuing after step ${found.checkpoint.info.step}.`);
  for (const change of changes) hooks?.onNote?.(change);
  return found;
}

/** Whether nothing is left to train: the pictures of the end are drawn then. */
const isOver = (horizon: Horizon, step: number) => horizon.kind === 'steps' && step >= horizon.steps;

function horizonOf(plan: TrainPlan, images: number, drawSeconds: () => number | null): Horizon {
  const { minutes } = plan.config.training;
  if (minutes === undefined) return { kind: 'steps', steps: stepsOf(plan.config, images)! };
  return {
    kind: 'seconds',
    seconds: minutes * 60,
    reserve: (secondsPerStep) => 2 + (drawSeconds() ?? pictureSeconds(plan, secondsPerStep)),
  };
}

/** @throws InputError when a weight is not finite any more: such a state is worth no checkpoint. */
function checkFinite(state: ReadonlyMap<string, Float32Array>, step: number, advice: () => string): void {
  for (const [name, values] of state) {
    if (allFinite(values)) continue;
    throw new InputError(
      `Cannot save the checkpoint of step ${step}: ${name} must be finite, it holds NaN or Inf. ${advice()}`,
    );
  }
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
