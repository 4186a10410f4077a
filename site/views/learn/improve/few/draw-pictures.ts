/** Pictures from the noise of the shared seeds, by the shared sampling loop. */
import { denoiserOf, type StepProgress, sampleImages, startNoise } from '@onnoise/scheduler';
import { completeRequest, conditionRows, extraInputs, nullRow, type PictureOptions } from '@onnoise/scheduler/model';
import { sizeOf } from '../../../../state/pixels.ts';
import { askRows, type Lesson } from '../../lesson.ts';
import { PICTURE_SEEDS } from './pair-options.ts';

export interface DrawOptions {
  onStep?: ((progress: StepProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @returns [N, C, H, W] @throws InputError, AbortError */
export function drawPictures(lesson: Lesson, options: PictureOptions, { onStep, signal }: DrawOptions) {
  const { seeds, labels, conditions, guidance, table, latents } = completeRequest(lesson, options);
  const extra = extraInputs(lesson);
  const told = conditionRows(extra, { labels, conditions }, seeds.length);
  const denoise = denoiserOf(
    told,
    { absent: nullRow(extra), guidance },
    (rows) => async (x, timesteps) => (await askRows(lesson, { x, timesteps, rows, signal })).output,
  );
  return sampleImages({ table, shape: lesson.shape, seeds, latents, denoise, onStep, signal });
}

/** The noise that all begin with, [N, C, H, W]. */
export const sharedNoise = ({ shape }: Lesson): Float32Array => startNoise({ seeds: PICTURE_SEEDS }, sizeOf(shape));
