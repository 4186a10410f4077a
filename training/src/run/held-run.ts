/** The folder of a run: one process at a time holds it, and checks it before the images are prepared. */
import { join } from 'node:path';
import { checkWritable, requireApartFromData, withLock } from '@onnoise/base/files';
import { chooseEngine, type EngineChoice } from '../engines/index.ts';
import type { TrainPlan } from '../plan/plan.ts';
import { requireRunSpace } from '../plan/space.ts';
import { readRunConfig, requireNoRun } from '../saved/run-folder.ts';
import { compareConfigs } from '../settings/config.ts';

/** A run that may be trained while the work of {@link withRun} lasts. Only `withRun` makes one. */
export interface HeldRun {
  folder: string;
  resume: boolean;
  choice: EngineChoice;
}

/**
 * Does work while this process holds the folder of a run.
 * @param plan as much of it as is known without the images.
 * @param resume whether to continue the run in the folder.
 * @throws InputError when the engine is missing, the folder cannot be written, another process trains in it, it already
 *   holds a run (without resume), or holds none or one of other settings (with resume); Failure when its disk is full.
 */
export async function withRun<T>(
  plan: Pick<TrainPlan, 'config' | 'step'>,
  folder: string,
  resume: boolean,
  work: (run: HeldRun) => Promise<T>,
): Promise<T> {
  const { data, training } = plan.config;
  const choice = await chooseEngine(training.engine, training.allowCpu);
  await requireApartFromData('--out', folder, 'folder', data.source);
  await checkWritable('--out', folder, 'folder');
  const words = { action: `start training in ${folder}`, doing: 'is training there' };
  return withLock(join(folder, '.lock'), words, async () => {
    if (resume) compareConfigs(await readRunConfig(folder), plan.config, folder);
    else await requireNoRun(folder);
    await requireRunSpace(plan, folder);
    return work({ folder, resume, choice });
  });
}
