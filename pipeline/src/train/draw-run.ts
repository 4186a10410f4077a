/** Draws the pictures of a run: those that are due, and those that an earlier process owed and did not come to draw. */
import { diskError } from './checkpoint.ts';
import { endOf, isOver } from './horizon.ts';
import type { ValidationMetrics } from './metrics.ts';
import { hasPictures, writePictures } from './pictures.ts';
import { withOutput } from './plan.ts';
import { adviceOf, type Former, type RunState } from './run-state.ts';
import { parametersOf } from './state.ts';

/**
 * Measures the held-out images and draws the pictures of the state that the engine has.
 * @param final whether it is the state of an end: the animation is drawn too.
 * @returns the held-out loss; undefined where no image is held out, and where the run was asked to stop meanwhile.
 */
export async function drawPictures(
  state: RunState,
  step: number,
  final: boolean,
  plan = state.job.plan,
): Promise<ValidationMetrics | undefined> {
  const { dataset, hooks, signal } = state.job;
  const began = performance.now();
  const parameters = parametersOf(await state.engine.readState());
  const advice = () => adviceOf(state);
  const picture = { plan, dataset, run: state.folder, step, parameters, final, signal, advice };
  const measured = await writePictures({ ...picture, onProgress: hooks?.onPreview }).catch((error) => {
    if (signal?.aborted) return undefined;
    throw diskError(error, `write the pictures of ${state.folder}`);
  });
  state.drawSeconds = (performance.now() - began) / 1000;
  return measured;
}

/** Whether pictures of a step are not there, or its held-out loss. */
export async function lacksPictures({ job, folder }: RunState, step: number, final: boolean): Promise<boolean> {
  return !(await hasPictures(folder, step, job.dataset.validation.length > 0, final));
}

/**
 * Draws what was due at the checkpoint that the run goes on from, and was not drawn because the run was stopped in between:
 * the pictures of every so many steps, or those of the end where the run was to end there. They are drawn with the
 * settings of that time, so they are those of a run that was not stopped, to the last bit. Where the run ends here
 * anyway, its own end draws them.
 */
export async function drawOwed(state: RunState): Promise<void> {
  const { former, job, horizon } = state;
  if (former === undefined || isOver(horizon, former.info)) return;
  const owed = owedPictures(former, job.dataset.train.length);
  const { step } = former.info;
  if (owed === undefined || !(await lacksPictures(state, step, owed === 'final'))) return;
  job.hooks?.onNote?.(`Drawing the pictures of step ${step}, which are missing.`);
  await drawPictures(state, step, owed === 'final', withOutput(job.plan, former.config.output));
}

function owedPictures({ info, config }: Former, images: number): 'final' | 'preview' | undefined {
  const end = endOf(config, images);
  if (end !== undefined && isOver(end, info)) return 'final';
  const { sampleEvery } = config.output;
  return sampleEvery !== null && info.step % sampleEvery === 0 ? 'preview' : undefined;
}
