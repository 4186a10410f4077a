/** `train`: a run from a preset and settings, without the terminal. */
import { check, text } from '@onnoise/scheduler/rules';
import { type PrepareProgress, prepareDataset } from './data/index.ts';
import { draftPlan, settingsOf } from './plan/index.ts';
import { type TrainHooks, type TrainResult, train as trainRun } from './run/index.ts';
import { readRunLayer } from './saved/index.ts';
import { type ConfigLayer, readPreset, type TrainConfig } from './settings/index.ts';

/** Settings of a run, in the sections and keys of its `config.json`; what is left out lies in the preset, or has its default. */
export type TrainSettingsGiven = { [Section in keyof TrainConfig]?: Partial<TrainConfig[Section]> };

export interface TrainRunOptions {
  /** Folder of the run. */
  run: string;
  /** Named settings to start from: `digits`, `small`, `base` or `tutorial`. */
  preset?: string | undefined;
  /** Settings that go over the preset. */
  settings?: TrainSettingsGiven | undefined;
  /** Whether to continue the run in the folder, with its own settings below these. Default: false. */
  resume?: boolean | undefined;
  hooks?: (TrainHooks & { onPrepare?: (progress: PrepareProgress) => void }) | undefined;
  /** Asks to stop: the running step is finished and saved, and the result says `interrupted`. */
  signal?: AbortSignal | undefined;
}

/**
 * Trains a model on images: prepares them, and steps until the settings say that it is done. It saves checkpoints, from which
 * `resume` goes on to the last bit, and draws pictures on its way.
 *
 * @example
 * ```ts
 * import { exportRun, train } from '@onnoise/pipeline';
 *
 * const { step, loss } = await train({
 *   run: 'runs/faces',
 *   preset: 'small',
 *   settings: { data: { source: 'faces' }, training: { minutes: 30 } },
 *   hooks: { onStep: ({ step, loss }) => console.log(step, loss) },
 * });
 * console.log(`${step} steps, the last with a loss of ${loss}`);
 * await exportRun({ run: 'runs/faces', out: 'models/faces' });
 * ```
 * @throws InputError for settings that are wrong or do not fit the images, an engine that is missing, and a folder that holds
 *   a run already (without `resume`) or none (with it)
 */
export async function train(options: TrainRunOptions): Promise<TrainResult> {
  const { preset, settings, resume = false, hooks: { onPrepare, ...hooks } = {}, signal } = options;
  const run = check('start training', 'run', text, options.run);
  const layers: ConfigLayer[] = [];
  if (resume) layers.push(await readRunLayer(run));
  if (preset !== undefined) layers.push(await readPreset(preset));
  layers.push({ name: 'the call', config: settings ?? {} });
  const { config, start, yielding, autoencoder } = await settingsOf(layers, resume ? run : undefined);
  return trainRun({
    plan: draftPlan(config, start, yielding, autoencoder),
    run,
    resume,
    dataset: (images) => prepareDataset(images, onPrepare, signal),
    hooks,
    signal,
  });
}
