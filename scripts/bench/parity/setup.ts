/** What is trained: the preset `digits`, on one of the data sets, for a number of steps, with a seed. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { type Dataset, prepareDataset } from '#pipeline/data/index.ts';
import { readPreset } from '#pipeline/presets.ts';
import { resolveConfig } from '#pipeline/train/config.ts';
import type { TrainPlan } from '#pipeline/train/plan.ts';
import { planFromConfig } from '#pipeline/train/resolve.ts';

export interface DataSet {
  title: string;
  /** As `--data` takes it. */
  data: string;
}

export const DATA: Readonly<Record<string, DataSet>> = {
  digits: { title: 'digits', data: 'digits' },
  fashion: { title: 'Fashion-MNIST', data: '/usr/share/datasets/fashion-mnist' },
};

const PRESET = 'digits';
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

/** @throws InputError if the preset has something that only one side does. */
export async function planOf({ data }: DataSet, steps: number, seed: number): Promise<TrainPlan> {
  const settings = {
    data: { source: data, validationShare: VALIDATION_SHARE },
    training: { steps, seed, engine: 'onnxruntime' },
    output: { checkpointEvery: CHECKPOINT_EVERY, keep: 1, sampleEvery: null, sampleCount: 10 },
  };
  const plan = planFromConfig(
    resolveConfig([
      { name: `the preset ${PRESET}`, config: await readPreset(PRESET) },
      { name: 'the comparison', config: settings },
    ]),
  );
  const { training, model } = plan.config;
  const { labelDropout, offsetNoise, minSnr, learnSchedule, accumulate, loss, optimizer, clipNorm, emaDecay } =
    training;
  const plain = !labelDropout && !offsetNoise && minSnr === null && !learnSchedule && accumulate === 1;
  const known = loss === 'l2' && optimizer === 'adamw' && clipNorm !== null && emaDecay !== null;
  if (plain && known && model._class_name === 'UNet2DModel' && !plan.model.dropouts?.length) return plan;
  throw new InputError(`Cannot compare: the preset ${PRESET} has settings that torch_side.py does not know.`);
}

/** The folder of all runs with these settings: `digits-1000-1a2b3c4d/seed-0`. */
export function folderOf(name: string, { config }: TrainPlan): string {
  const { seed, ...training } = config.training;
  const settings = JSON.stringify([config.model, config.scheduler, training, VALIDATION_SHARE]);
  const hash = createHash('sha256').update(settings).digest('hex').slice(0, 8);
  return join(FOLDER, `${name}-${training.steps}-${hash}`, `seed-${seed}`);
}
