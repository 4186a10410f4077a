/** Checks that a run's checkpoints fit on its disk, since their size is known before any work. */
import { requireSpace } from '@onnoise/base/files';
import { checkpointBytes, listCheckpoints } from '../saved/checkpoint.ts';
import { runPaths } from '../saved/run-folder.ts';
import type { TrainPlan } from './plan.ts';

/** Metrics and pictures, roughly. */
const OTHER_BYTES = 2 ** 20;

/** @throws Failure when the disk has no room for the checkpoints that are kept and the one being written. */
export async function requireRunSpace(
  { config, step }: Pick<TrainPlan, 'config' | 'step'>,
  run: string,
): Promise<void> {
  const { checkpointEvery, keep } = config.output;
  const { steps = Number.POSITIVE_INFINITY } = config.training;
  const saves = checkpointEvery === null ? 1 : Math.ceil(steps / checkpointEvery);
  const there = await listCheckpoints(runPaths(run).checkpoints);
  const more = Math.max(1, Math.min(saves, keep + 1) - there.length);
  await requireSpace(run, more * checkpointBytes(step.state) + OTHER_BYTES, `write the checkpoints of ${run}`);
}
