/** Samples the model with the settings of an evaluation, and with those of its sweep. */
import { loadModel } from '@onnoise/runtime-node';
import type { EvaluationSettings } from '@onnoise/scheduler/model';
import type { Asked } from './ask.ts';
import type { EvaluationHooks, EvaluationJob } from './job.ts';
import { type Sampled, type SamplingSettings, samplePictures } from './sample.ts';
import { completeSettings } from './settings.ts';

/** Pictures of one combination of settings. */
export interface Run extends Sampled {
  settings: EvaluationSettings;
}

/** The first run has the job's own settings; the sweep's follow in their order, of which one may be the first again. */
export interface Runs {
  first: Run;
  sweep: Run[];
}

/** Combinations that come to the same are sampled once. */
export async function sampleRuns(job: EvaluationJob, asked: Asked, hooks: EvaluationHooks): Promise<Runs> {
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
    const keyOf = (complete: EvaluationSettings) => JSON.stringify(complete);
    const distinct = new Map(wanted.map((each) => [keyOf(each.complete), each]));
    const runs = new Map<string, Run>();
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
function noteOf({ sampler, steps, guidance }: EvaluationSettings, sweep: readonly SamplingSettings[]) {
  if (sweep.length === 0) return {};
  return { note: `${sampler} ${steps}${guidance ? `, guidance ${guidance.scale}` : ''}` };
}
