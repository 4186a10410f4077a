/** The folder of a run, held by one process at a time and checked once, before the images are prepared. */
import { join } from 'node:path';
import { withLock } from '../files/lock.ts';
import { checkWritable } from '../files/output.ts';
import { compareConfigs } from './config.ts';
import { chooseEngine, type EngineChoice } from './engines/index.ts';
import type { TrainPlan } from './plan.ts';
import { readRunConfig, requireNoRun } from './run-folder.ts';
import { requireRunSpace } from './space.ts';

/** A run that may be trained, for as long as the work of {@link withRun} lasts. Nothing else makes one. */
export interface HeldRun {
  folder: string;
  resume: boolean;
  choice: EngineChoice;
}

/**
 * Does work while this process holds the folder of a run.
 * @param plan as far as it is known before the images are.
 * @param resume whether the run that is there goes on.
 * @throws InputError when the engine is not there, the folder cannot be written, another process trains in it, it already
 *   holds a run (without resume), or it holds none or a run of other settings (with resume); Failure when its disk is full.
 */
export async function withRun<T>(
  plan: Pick<TrainPlan, 'config' | 'step'>,
  folder: string,
  resume: boolean,
  work: (run: HeldRun) => Promise<T>,
): Promise<T> {
  const { training } = plan.config;
  const choice = await chooseEngine(training.engine, training.allowCpu);
  await checkWritable('--out', folder, 'folder');
  const words = { action: `start training in ${folder}`, doing: 'is training there' };
  return withLock(join(folder, '.lock'), words, async () => {
    if (resume) compareConfigs(await readRunConfig(folder), plan.config, folder);
    else await requireNoRun(folder);
    await requireRunSpace(plan, folder);
    return work({ folder, resume, choice });
  });
}
