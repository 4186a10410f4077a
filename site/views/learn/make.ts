/** Makes pictures with the chapter's network and the shared sampling loop. */
import { compileSampler, sampleImages } from '@onnoise/scheduler';
import { ask, type Lesson } from './lesson.ts';

export interface MakeOptions {
  steps: number;
  /** One a picture. */
  seeds: readonly number[];
  labels: readonly number[];
  onStep?: ((step: number, x: Float32Array) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** By DDPM, without guidance. @returns [N, C, H, W] */
export function makePictures(
  lesson: Lesson,
  { steps, seeds, labels, onStep, signal }: MakeOptions,
): Promise<Float32Array> {
  return sampleImages({
    table: compileSampler(lesson.scheduler, { sampler: 'ddpm', steps }),
    shape: lesson.shape,
    seeds,
    denoise: async (x, timesteps) =>
      (await ask(lesson, { x, timesteps: [...timesteps], label: labels, signal })).output,
    onStep: ({ step, x }) => onStep?.(step, x),
    signal,
  });
}
