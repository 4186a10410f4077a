/**
 * One shadow model: a run like any other, with the settings of the attacked model, on half of the images. Its scores are kept beside it.
 *
 * | path        | what                                              |
 * | ----------- | ------------------------------------------------- |
 * | run/        | the run: see `runPaths`                           |
 * | scores.json | its scores of the images, and what they depend on |
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeSchedule, parseSchedulerConfig } from '@onnoise/scheduler';
import { createModel } from '@onnoise/training/model';
import { createPredictor } from '@onnoise/training/pictures';
import { draftPlan, settingsOf } from '@onnoise/training/plan';
import { train } from '@onnoise/training/run';
import { openRun, readRunLayer, runPaths, specsOfRun } from '@onnoise/training/saved';
import type { ConfigLayer } from '@onnoise/training/settings';
import { parametersOf } from '@onnoise/training/step';
import type { Pool } from './pool.ts';
import { type ScoreOptions, scoreImages } from './scores.ts';

export interface ShadowSettings {
  /** Those of the attacked model, as its training.json has them. */
  base: ConfigLayer;
  /** Where the images come from: the run must not lie among them. */
  source: string;
  /** Updates of the weights. */
  steps: number;
  /** Of shadow 0; the next has one more. */
  seed: number;
}

const runIn = (folder: string): string => join(folder, 'run');

/** What a shadow has in place of the attacked model's settings. A shadow draws no pictures that anybody looks at. */
const ownLayer = ({ source, steps, seed }: ShadowSettings, shadow: number): ConfigLayer => ({
  name: `shadow ${shadow}`,
  config: {
    data: { source, validationShare: 0, strict: false },
    training: { steps, seed: seed + shadow, engine: 'auto' },
    output: { sampleEvery: null, sampleCount: 1, sampleSteps: 2, keep: 1, checkpointEvery: 500, tensorboard: false },
  },
});

interface TrainShadowOptions {
  /** Of the shadow. */
  folder: string;
  shadow: number;
  settings: ShadowSettings;
  pool: Pool;
  /** [images], 1 for those to train on. */
  inside: Uint8Array;
  onStep?: ((done: number, total: number) => void) | undefined;
  signal: AbortSignal;
}

/** Trains it, or goes on. @returns whether it is done: the signal stops it, and what it has learnt is kept */
export async function trainShadow({
  folder,
  shadow,
  settings,
  pool,
  inside,
  onStep,
  signal,
}: TrainShadowOptions): Promise<boolean> {
  const run = runIn(folder);
  const resume = existsSync(runPaths(run).config);
  const own = ownLayer(settings, shadow);
  const layers = resume ? [await readRunLayer(run), own] : [settings.base, own];
  const { config, start, yielding, autoencoder } = await settingsOf(layers, resume ? run : undefined);
  const numbers = pool.dataset.train.filter((image) => inside[image] === 1);
  const hash = createHash('sha256')
    .update(`${pool.dataset.hash} ${numbers.join(' ')}`)
    .digest('hex');
  const { step } = await train({
    plan: draftPlan(config, start, yielding, autoencoder),
    run,
    resume,
    dataset: { ...pool.dataset, hash, train: numbers },
    hooks: { onStep: (_, { done, total }) => onStep?.(done, total) },
    signal,
  });
  return step >= settings.steps;
}

/** The scores of a trained shadow. @param numbers of images of the pool @returns [numbers, columns] */
export async function scoreByShadow(
  folder: string,
  { dataset }: Pool,
  numbers: Uint32Array,
  options: ScoreOptions,
): Promise<Float64Array> {
  const { config, checkpoint } = await openRun(runIn(folder), undefined, specsOfRun);
  const model = createModel(config.model);
  const scheduler = parseSchedulerConfig(config.scheduler);
  const predictor = await createPredictor(model, parametersOf(checkpoint.state));
  try {
    const network = {
      shape: model.shape,
      schedule: makeSchedule(scheduler),
      prediction: scheduler.prediction_type,
      told: model,
      call: predictor.predict,
    };
    return await scoreImages(network, dataset, numbers, options);
  } finally {
    await predictor.dispose();
  }
}
