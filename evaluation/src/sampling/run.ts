/** Samples the model with the settings of an evaluation. */
import { type DeviceChoice, loadModel, type ModelFolder } from '@onnoise/runtime-node';
import type { EvaluationSettings } from '@onnoise/scheduler/evaluation';
import type { EvaluationHooks } from '../sets/hooks.ts';
import type { ImageSet } from '../sets/types.ts';
import type { Asked } from './ask.ts';
import { type SamplingSettings, samplePictures } from './sample.ts';
import { completeSettings } from './settings.ts';

/** Pictures that a model drew, or that were there. */
export interface Run {
  pictures: ImageSet;
  settings: EvaluationSettings;
  /** See `Sampled`; absent where no model drew them. */
  secondsAPicture?: number | undefined;
  /** All that there are, where `pictures` are some of them: copies are looked for in all. */
  all?: ImageSet | undefined;
}

export interface SampledJob {
  model: ModelFolder;
  settings: SamplingSettings;
  /** Of the first picture. */
  seed: number;
  device: DeviceChoice;
  /** Pictures per network call. */
  batch?: number | undefined;
}

export async function sampleRun(
  { model: folder, settings, seed, batch, device }: SampledJob,
  asked: Asked,
  { stage, onNote, signal }: EvaluationHooks,
): Promise<Run> {
  const model = await loadModel(folder.folder, {
    device,
    onDevice: ({ device: chosen, reason }) => onNote(`Device: ${chosen} (${reason})`),
  });
  try {
    const complete = completeSettings(folder, settings, { count: asked.count, seed, device: model.device });
    const sampled = await stage('Sampling', 'pictures', (report) =>
      samplePictures(model, { settings, seed, asked, batch, signal, onProgress: report }),
    );
    return { ...sampled, settings: complete };
  } finally {
    await model.dispose();
  }
}
