/** The engine of a run, with a fresh state or that of its newest checkpoint. */

import { withDiskErrors } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { createEngine } from '../engines/index.ts';
import { type Checkpoint, resumeCheckpoint } from '../saved/checkpoint.ts';
import { runPaths } from '../saved/run-folder.ts';
import { compareConfigs, type TrainConfig } from '../settings/config.ts';
import { storedConfig } from '../settings/stored.ts';
import { explainEngineError } from './advice.ts';
import type { HeldRun } from './held-run.ts';
import type { Former, RunState } from './run-state.ts';

/**
 * A function of its own, so that its copy of the state can be freed.
 * @throws InputError for images that are not those of the run, and for an engine that fails.
 */
export async function startEngine(
  run: HeldRun,
  job: RunState['job'],
): Promise<Pick<RunState, 'engine' | 'former' | 'newest'>> {
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
  { plan, dataset, hooks }: RunState['job'],
): Promise<{ checkpoint: Checkpoint; former: Former } | undefined> {
  let config: TrainConfig = plan.config;
  let changes: string[] = [];
  const found = await resumeCheckpoint(runPaths(folder).checkpoints, plan.step.state, (info) => {
    config = storedConfig(`a checkpoint of ${folder}`, info.config);
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
