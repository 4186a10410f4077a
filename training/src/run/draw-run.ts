/** Draws the pictures of a run: those that are due, and those that an earlier process was stopped before drawing. */

import { hasPictures, measuresHeldOut, writePictures } from '../pictures/pictures.ts';
import { writeReconstructions } from '../pictures/reconstructions.ts';
import { endOf, isOver } from '../plan/horizon.ts';
import { withOutput } from '../plan/plan.ts';
import { diskError } from '../saved/checkpoint.ts';
import type { ValidationMetrics } from '../saved/metrics.ts';
import { parametersOf } from '../step/state.ts';
import { adviceOf, type Former, type RunState } from './run-state.ts';

/**
 * Measures the held-out images and draws the pictures of the engine's state.
 * @param final whether the run ends with this state: then the animation is drawn too.
 * @returns the held-out loss; undefined if no image is held out, or if the run was asked to stop meanwhile.
 */
export async function drawPictures(
  state: RunState,
  step: number,
  final: boolean,
  plan = state.job.plan,
): Promise<ValidationMetrics | undefined> {
  const { dataset, hooks, signal } = state.job;
  const began = performance.now();
  const values = await state.engine.readState();
  const parameters = parametersOf(values);
  const advice = () => adviceOf(state);
  const picture = {
    plan,
    dataset,
    run: state.folder,
    step,
    parameters,
    final,
    events: state.events,
    signal,
    advice,
    onNote: hooks?.onNote,
  };
  const { halves } = plan.model;
  const written = halves
    ? writeReconstructions({ ...plan.model, halves }, picture)
    : writePictures({ ...picture, onProgress: hooks?.onPreview });
  const measured = await written.catch((error) => {
    if (signal?.aborted) return undefined;
    throw diskError(error, `write the pictures of ${state.folder}`);
  });
  state.drawSeconds = (performance.now() - began) / 1000;
  return measured;
}

/** Whether pictures of a step, or its held-out loss, are missing. */
export async function lacksPictures({ job, folder }: RunState, step: number, final: boolean): Promise<boolean> {
  const animated = final && !job.plan.model.halves;
  return !(await hasPictures(folder, step, measuresHeldOut(job.plan, job.dataset), animated));
}

/**
 * Draws what was due at the checkpoint that the run continues from, but was not drawn because the run was stopped
 * first: the regular pictures, or those of the end if the run was to end there. It uses the settings of that time, so
 * the pictures match those of an unstopped run to the last bit. If the run ends here anyway, its own end draws them.
 * Where regular pictures are off by now, none of them is owed.
 */
export async function drawOwed(state: RunState): Promise<void> {
  const { former, job, horizon } = state;
  if (former === undefined || isOver(horizon, former.info)) return;
  const owed = owedPictures(former, job.dataset.train.length);
  if (owed === 'preview' && job.plan.config.output.sampleEvery === null) return;
  const { step } = former.info;
  if (owed === undefined || !(await lacksPictures(state, step, owed === 'final'))) return;
  job.hooks?.onNote?.(`Drawing the missing pictures of step ${step}.`);
  await drawPictures(state, step, owed === 'final', withOutput(job.plan, former.config.output));
}

function owedPictures({ info, config }: Former, images: number): 'final' | 'preview' | undefined {
  const end = endOf(config, images);
  if (end !== undefined && isOver(end, info)) return 'final';
  const { sampleEvery } = config.output;
  return sampleEvery !== null && info.step % sampleEvery === 0 ? 'preview' : undefined;
}
