/** What is trained: the network of settings.json, on one of the data sets, for a number of steps, with a seed. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { type Dataset, prepareDataset } from '#training/data/index.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/config.ts';

export interface DataSet {
  title: string;
  /** As `--data` takes it. */
  data: string;
}

export const DATA: Readonly<Record<string, DataSet>> = {
  digits: { title: 'digits', data: 'digits' },
  fashion: { title: 'Fashion-MNIST', data: '/usr/share/datasets/fashion-mnist' },
};

/** A network and training that both sides know: diffusers' own, and PyTorch's optimizer. */
const SETTINGS = new URL('settings.json', import.meta.url);
/** So that a thousand of the 10,000 digits are left to measure with. */
const VALIDATION_SHARE = 0.1;
const CHECKPOINT_EVERY = 100;
const CACHE = join('.cache', 'onnoise');

export const FOLDER = join('.cache', 'parity');

/** The images, split in the same way for every seed. */
export function openData({ data }: DataSet): Promise<Dataset> {
  return prepareDataset({
    data,
    size: 28,
    channels: 1,
    fit: 'crop',
    background: 'black',
    validationShare: VALIDATION_SHARE,
    seed: 0,
    strict: true,
    cacheDir: CACHE,
  });
}

/** @throws InputError if the settings have something that only one side does. */
export async function planOf({ data }: DataSet, steps: number, seed: number): Promise<TrainPlan> {
  const settings = {
    data: { source: data, validationShare: VALIDATION_SHARE },
    training: { steps, seed, engine: 'onnxruntime' },
    output: { checkpointEvery: CHECKPOINT_EVERY, keep: 1, sampleEvery: null, sampleCount: 10 },
  };
  const plan = planFromConfig(
    resolveConfig([
      { name: 'settings.json', config: JSON.parse(await readFile(SETTINGS, 'utf8')) },
      { name: 'the comparison', config: settings },
    ]),
  );
  const { training, model } = plan.config;
  const { labelDropout, offsetNoise, minSnr, learnSchedule, accumulate, loss, optimizer, clipNorm, emaDecay } =
    training;
  const plain = !labelDropout && !offsetNoise && minSnr === null && !learnSchedule && accumulate === 1;
  const known = loss === 'l2' && optimizer === 'adamw' && clipNorm !== null && emaDecay !== null;
  if (plain && known && model._class_name === 'UNet2DModel' && !plan.model.dropouts?.length) return plan;
  throw new InputError('Cannot compare: settings.json must have settings that torch_side.py knows.');
}

/** The folder of all runs with these settings: `digits-1000-1a2b3c4d/seed-0`. */
export function folderOf(name: string, { config }: TrainPlan): string {
  const { seed, ...training } = config.training;
  const settings = JSON.stringify([config.model, config.scheduler, training, VALIDATION_SHARE]);
  const hash = createHash('sha256').update(settings).digest('hex').slice(0, 8);
  return join(FOLDER, `${name}-${training.steps}-${hash}`, `seed-${seed}`);
}
