/** Samples the model with the settings of an evaluation, and with those of its sweep. */
import { type DeviceChoice, loadModel, type ModelFolder } from '@onnoise/runtime-node';
import type { EvaluationSettings, SampledSettings } from '@onnoise/scheduler/model';
import type { EvaluationHooks } from '../sets/hooks.ts';
import type { ImageSet } from '../sets/types.ts';
import type { Asked } from './ask.ts';
import { type SamplingSettings, samplePictures } from './sample.ts';
import { completeSettings } from './settings.ts';

/** Pictures of one combination of settings, or pictures that were there. */
export interface Run {
  pictures: ImageSet;
  settings: EvaluationSettings;
  /** See `Sampled`; absent where no model drew them. */
  secondsAPicture?: number | undefined;
  /** All that there are, where `pictures` are some of them: copies are looked for in all. */
  all?: ImageSet | undefined;
}

/** Pictures that a model drew. */
export interface SampledRun extends Run {
  settings: SampledSettings;
  secondsAPicture: number;
}

/** The first run has the job's own settings; the sweep's follow in their order, of which one may be the first again. */
export interface Runs {
  first: Run;
  sweep: SampledRun[];
}

export interface SampledJob {
  model: ModelFolder;
  settings: SamplingSettings;
  /** Other settings to measure with, too. */
  sweep?: readonly SamplingSettings[] | undefined;
  /** Of the first picture. */
  seed: number;
  device: DeviceChoice;
  /** Pictures per network call. */
  batch?: number | undefined;
}

/** Combinations that come to the same are sampled once. */
export async function sampleRuns(job: SampledJob, asked: Asked, hooks: EvaluationHooks): Promise<Runs> {
  const { seed, batch, device, sweep = [] } = job;
  const model = await loadModel(job.model.folder, {
    device,
    onDevice: ({ device: chosen, reason }) => hooks.onNote(`Device: ${chosen} (${reason})`),
  });
  try {
    const { count } = asked;
    const about = { count, seed, device: model.device };
    const wanted = [job.settings, ...sweep].map((settings) => ({
      settings,
      complete: completeSettings(job.model, settings, about),
    }));
    const keyOf = (complete: SampledSettings) => JSON.stringify(complete);
    const distinct = new Map(wanted.map((each) => [keyOf(each.complete), each]));
    const runs = new Map<string, SampledRun>();
    await hooks.stage('Sampling', 'pictures', async (report) => {
      for (const [key, { settings, complete }] of distinct) {
        const before = runs.size * count;
        const sampled = await samplePictures(model, {
          settings,
          seed,
          asked,
          batch,
          signal: hooks.signal,
          onProgress: ({ done }) =>
            report({ done: before + done, total: distinct.size * count, ...noteOf(complete, sweep) }),
        });
        runs.set(key, { ...sampled, settings: complete });
      }
    });
    const [first, ...others] = wanted.map(({ complete }) => runs.get(keyOf(complete))!);
    return { first: first!, sweep: others };
  } finally {
    await model.dispose();
  }
}

/** Beside the progress of a sweep: which of its rows. */
function noteOf({ sampler, steps, guidance }: SampledSettings, sweep: readonly SamplingSettings[]) {
  if (sweep.length === 0) return {};
  return { note: `${sampler} ${steps}${guidance ? `, guidance ${guidance.scale}` : ''}` };
}
