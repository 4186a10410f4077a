/** The files of a run at its start: its settings, its images, and what an earlier process measured. */
import { dirname, join } from 'node:path';
import { makeFolder, writeWhole } from '@onnoise/base/files';
import { diskError } from '../saved/checkpoint.ts';
import { cutLines } from '../saved/metrics.ts';
import { describeData, readRunData, runPaths, writeJson } from '../saved/run-folder.ts';
import { cutEvents, openEvents } from '../tensorboard/event-log.ts';
import type { RunState } from './run-state.ts';

/** Writes down the settings, the images and the autoencoder, and cuts off what an earlier process measured after the checkpoint. */
export async function openFiles(state: RunState): Promise<void> {
  const { job, folder, former } = state;
  const paths = runPaths(folder);
  const step = former?.info.step ?? 0;
  try {
    // A run that goes on from a checkpoint reads its start no more.
    const { start } = job.plan;
    const started = start
      ? {
          ...(start.phantoms !== undefined && { startPhantoms: start.phantoms }),
          ...(start.images !== undefined && { startImages: start.images }),
        }
      : await readRunData(folder);
    for (const [path, content] of Object.entries(job.plan.autoencoder?.files ?? {})) {
      await makeFolder(dirname(join(folder, path)));
      await writeWhole(join(folder, path), content);
    }
    await writeJson(paths.config, job.plan.config);
    await writeJson(paths.data, describeData(job.dataset, started));
    await cutLines(paths.metrics, step);
    await cutLines(paths.validation, step);
    const earlier = await cutEvents(folder, step);
    if (job.plan.config.output.tensorboard) state.events = await openEvents(folder, step, earlier);
  } catch (error) {
    throw diskError(error, `start the run in ${folder}`);
  }
}
