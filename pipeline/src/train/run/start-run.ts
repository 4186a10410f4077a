/** The start of a run: its horizon, its place in the images, and the engine with a fresh or a saved state. */
import { InputError } from '@onnoise/scheduler';
import { createTrainingBatches } from '../../data/index.ts';
import { withDiskErrors } from '../../files/disk-errors.ts';
import { createEngine } from '../engines/index.ts';
import { endOf, type Horizon } from '../plan/horizon.ts';
import { idleSettings } from '../plan/idle.ts';
import { pictureSeconds } from '../plan/pace.ts';
import { checkData } from '../plan/plan.ts';
import { type Checkpoint, diskError, resumeCheckpoint } from '../saved/checkpoint.ts';
import { cutLines } from '../saved/metrics.ts';
import { describeData, readRunData, runPaths, writeJson } from '../saved/run-folder.ts';
import { imagesPerStep } from '../settings/batch.ts';
import { compareConfigs, requireEnd, resolveConfig, type TrainConfig } from '../settings/config.ts';
import { cutEvents, openEvents } from '../tensorboard/event-log.ts';
import { explainEngineError } from './advice.ts';
import type { HeldRun } from './held-run.ts';
import type { Former, RunState, TrainJob } from './run-state.ts';

/** @throws InputError for images that do not suit the network or the run, and for an engine that fails. */
export async function startRun(run: HeldRun, job: TrainJob): Promise<RunState> {
  const { plan, dataset, hooks } = job;
  const { training, data } = plan.config;
  const end = endOf(plan.config, dataset.train.length) ?? requireEnd();
  const steps = end.kind === 'steps' ? end.steps : undefined;
  const notes = [
    ...checkData(plan, dataset, run.resume),
    ...idleSettings(plan.config, run.choice.kind, dataset, steps),
  ];
  for (const note of notes) hooks?.onNote?.(note);
  const batches = createTrainingBatches(dataset, { ...data, batch: imagesPerStep(training), seed: training.seed });
  const started = await startEngine(run, job);
  if (started.former) batches.position = started.former.info.position;
  const reserve = (secondsPerStep: number) => 2 + (state.drawSeconds ?? pictureSeconds(plan, secondsPerStep));
  const horizon: Horizon = end.kind === 'steps' ? end : { ...end, reserve };
  const state: RunState = {
    job,
    folder: run.folder,
    horizon,
    batches,
    events: undefined,
    drawSeconds: undefined,
    ...started,
  };
  return state;
}

/** Writes down the settings and the images, and cuts off what an earlier process measured after the checkpoint. */
export async function openFiles(state: RunState): Promise<void> {
  const { job, folder, former } = state;
  const paths = runPaths(folder);
  const step = former?.info.step ?? 0;
  try {
    // A run that goes on from a checkpoint reads its start no more.
    const phantoms = job.plan.start ? job.plan.start.phantoms : (await readRunData(folder))?.startPhantoms;
    await writeJson(paths.config, job.plan.config);
    await writeJson(paths.data, describeData(job.dataset, phantoms));
    await cutLines(paths.metrics, step);
    await cutLines(paths.validation, step);
    const earlier = await cutEvents(folder, step);
    if (job.plan.config.output.tensorboard) state.events = await openEvents(folder, step, earlier);
  } catch (error) {
    throw diskError(error, `start the run in ${folder}`);
  }
}

/** A separate function, so that its copy of the state can be freed. */
async function startEngine(run: HeldRun, job: TrainJob): Promise<Pick<RunState, 'engine' | 'former' | 'newest'>> {
  const { plan, hooks } = job;
  const found = run.resume
    ? await withDiskErrors(`read the checkpoints of ${run.folder}`, () => findCheckpoint(run, job))
    : undefined;
  const { init, tf32 } = plan.config.training;
  if (!found && init !== undefined && !plan.start) throw new Error(`the weights of ${init} were not read`);
  const state = found?.checkpoint.state ?? plan.step.initialState(plan.initialParameters());
  hooks?.onNote?.(`Engine: ${run.choice.reason}.`);
  const newest = found?.checkpoint.path;
  try {
    const engine = await createEngine(run.choice.kind, plan.step, state, { tf32, onNote: hooks?.onNote });
    return { engine, former: found?.former, newest };
  } catch (error) {
    throw explainEngineError(error, newest);
  }
}

async function findCheckpoint(
  { folder }: HeldRun,
  { plan, dataset, hooks }: TrainJob,
): Promise<{ checkpoint: Checkpoint; former: Former } | undefined> {
  let config: TrainConfig = plan.config;
  let changes: string[] = [];
  const found = await resumeCheckpoint(runPaths(folder).checkpoints, plan.step.state, (info) => {
    // Settings newer than the checkpoint had their defaults then.
    config = resolveConfig([{ name: `a checkpoint of ${folder}`, config: { ...info.config } }]);
    changes = compareConfigs(config, plan.config, folder);
    if (info.data.hash !== dataset.hash) {
      throw new InputError(
        `Cannot continue ${folder}: --data must be the images that it was started with (${info.data.name}), ` +
          `received others (${dataset.name}): their contents, size, channels, labels or conditions differ.`,
      );
    }
  });
  if (!found) {
    hooks?.onNote?.('There is no checkpoint yet: starting from the beginning.');
    return undefined;
  }
  const { checkpoint, broken } = found;
  for (const { reason } of broken) hooks?.onNote?.(`${reason} It was set aside.`);
  hooks?.onNote?.(`Continuing after step ${checkpoint.info.step}.`);
  for (const change of changes) hooks?.onNote?.(change);
  return { checkpoint, former: { info: checkpoint.info, config } };
}
