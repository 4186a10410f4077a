/**
 * The layout of a run's folder.
 *
 * | path                          | what                                                              |
 * |-------------------------------|-------------------------------------------------------------------|
 * | config.json                   | the resolved configuration                                        |
 * | data.json                     | name, hash, size and classes of the images                        |
 * | privacy.json                  | of a private run: its key and its account, see run/private.ts     |
 * | metrics.jsonl                 | a line for every step                                             |
 * | validation.jsonl              | the loss on held-out images, if any                                |
 * | loss.png                      | both as a chart                                                   |
 * | events.out.tfevents.*         | both and the sheets for TensorBoard, see tensorboard/event-log.ts |
 * | samples.png, denoising.png    | the newest sheet, and one image coming out of the noise           |
 * | forming.webp                  | the same as an animation                                          |
 * | latents.json                  | of an autoencoder: how its latents are spread                     |
 * | vae/                          | the autoencoder whose latents the network learns                  |
 * | masks.png                     | masks of held-out images, where a network is told masks           |
 * | samples/                      | earlier sheets and strips, by step                                |
 * | lessons/, lessons.json        | what a student learns: see lessons/store.ts                        |
 * | checkpoints/step-<n>/         | see checkpoint.ts                                                 |
 */

import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { diskFailure, ownFolder, withDiskErrors, writeWhole } from '@onnoise/base/files';
import type { Levels } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';
import type { Dataset } from '../data/index.ts';
import { type ConfigLayer, type PartialConfig, resolveConfig, type TrainConfig } from '../settings/config.ts';
import { storedConfig, storedLayer } from '../settings/stored.ts';
import type { StepTensor } from '../step/contracts.ts';
import { type Checkpoint, type CheckpointInfo, checkpointName, listCheckpoints, loadCheckpoint } from './checkpoint.ts';

export const runPaths = (run: string) => ({
  config: join(run, 'config.json'),
  data: join(run, 'data.json'),
  privacy: join(run, 'privacy.json'),
  metrics: join(run, 'metrics.jsonl'),
  validation: join(run, 'validation.jsonl'),
  loss: join(run, 'loss.png'),
  samples: join(run, 'samples.png'),
  denoising: join(run, 'denoising.png'),
  forming: join(run, 'forming.webp'),
  masks: join(run, 'masks.png'),
  latents: join(run, 'latents.json'),
  sheets: join(run, 'samples'),
  sheetOf: (step: number) => join(run, 'samples', `${checkpointName(step)}.png`),
  lessons: join(run, 'lessons'),
  checkpoints: join(run, 'checkpoints'),
});

/** The contents of `data.json`. */
export interface RunData {
  name: string;
  hash: string;
  count: number;
  channels: number;
  /** See `Dataset.channelNames`. */
  channelNames?: readonly string[];
  height: number;
  width: number;
  train: number;
  validation: number;
  skipped: number;
  classNames?: string[];
  /** See `Dataset.phantoms`. */
  phantoms?: number;
  /** See `Dataset.levels`. */
  levels?: Levels;
  /** See `Dataset.pixelSpacing`. */
  pixelSpacing?: number;
  /** Whether the weights that it started from had learnt from synthetic phantoms. */
  startPhantoms?: boolean;
  /** Which images these weights learnt from: see `Start.images`. */
  startImages?: string;
}

/** Whether any of what the weights come from were synthetic phantoms. */
export const learntFromPhantoms = ({ phantoms = 0, startPhantoms = false }: Partial<RunData> = {}): boolean =>
  phantoms > 0 || startPhantoms;

export function describeData(
  dataset: Dataset,
  { startPhantoms = false, startImages }: Pick<Partial<RunData>, 'startPhantoms' | 'startImages'> = {},
): RunData {
  const { name, hash, count, channels, channelNames, height, width } = dataset;
  const { classNames, phantoms, train, validation, skipped, levels, pixelSpacing } = dataset;
  return {
    name,
    hash,
    count,
    channels,
    ...(channelNames && { channelNames }),
    height,
    width,
    train: train.length,
    validation: validation.length,
    skipped: skipped.length,
    ...(classNames && { classNames }),
    ...(phantoms !== undefined && { phantoms }),
    ...(levels && { levels }),
    ...(pixelSpacing && { pixelSpacing }),
    ...(startPhantoms && { startPhantoms }),
    ...(startImages !== undefined && { startImages }),
  };
}

export const readRunData = async (run: string): Promise<RunData | undefined> =>
  (await readJson(runPaths(run).data)) as RunData | undefined;

export const writeJson = (path: string, value: unknown) => writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);

/**
 * @throws InputError when the folder already holds a run, since training into it would mix two, or a model or files that the
 *   run would replace.
 */
export async function requireNoRun(run: string): Promise<void> {
  const { sheetOf, ...paths } = runPaths(run);
  const refuse = (held: string, advice: string): never => {
    throw new InputError(
      `Cannot start training in ${run}: --out must be a folder without a run, this one holds ${held}. ${advice}`,
    );
  };
  if ((await readJson(paths.config)) !== undefined || (await listCheckpoints(paths.checkpoints)).length > 0) {
    refuse('one', 'Add --resume to continue it, or choose another folder.');
  }
  const names = await withDiskErrors(`read ${run}`, () => readdir(run));
  if (ownFolder(names) !== undefined) refuse(ownFolder(names)!, 'Choose another folder.');
  const lost = Object.values(paths).find((path) => extname(path) !== '' && names.includes(basename(path)));
  if (lost !== undefined) refuse(`${basename(lost)}, which the run would replace`, 'Choose another folder.');
}

/** @throws InputError when there is no run, or its configuration cannot be read. */
export async function readRunConfig(run: string): Promise<TrainConfig> {
  return resolveConfig([await readRunLayer(run)]);
}

/** The configuration as written, as a layer below other settings. @throws InputError when there is no run. */
export async function readRunLayer(run: string): Promise<ConfigLayer> {
  const name = runPaths(run).config;
  const config = await readJson(name);
  if (config === undefined)
    throw new InputError(`Cannot read the run ${run}: it must hold a config.json, but there is none.`);
  return storedLayer({ name, config: config as PartialConfig });
}

/** The parts of a run that `pipeline export` needs. */
export interface OpenedRun {
  checkpoint: Checkpoint;
  /** The checkpoint's own; config.json may have been edited since. */
  config: TrainConfig;
  data: RunData | undefined;
  /** One sentence each, on newer checkpoints that were passed over and settings that have no effect. */
  notes: string[];
}

/**
 * The newest checkpoint of a run that can be read, or the one of a step.
 *
 * @param specsOf the tensors that the state must have for these settings.
 * @throws InputError when there is none, with the reason for each that cannot be read.
 */
export async function openRun(
  run: string,
  step: number | undefined,
  specsOf: (config: TrainConfig) => readonly StepTensor[],
): Promise<OpenedRun> {
  const edited = await readRunConfig(run);
  const data = await readRunData(run);
  const all = await listCheckpoints(runPaths(run).checkpoints);
  const wanted = step === undefined ? all.toReversed() : all.filter((checkpoint) => checkpoint.step === step);
  if (wanted.length === 0) {
    const rule =
      step === undefined
        ? 'it must hold a checkpoint, but there is none yet'
        : `there is no checkpoint of step ${step}`;
    const have = step !== undefined && all.length > 0 ? `, only of ${all.map((each) => each.step).join(', ')}` : '';
    throw new InputError(`Cannot read the run ${run}: ${rule}${have}.`);
  }
  const broken: string[] = [];
  for (const { path } of wanted) {
    try {
      const checkpoint = await withDiskErrors(`read the checkpoint ${path}`, () =>
        loadCheckpoint(path, (info) => specsOf(configOf(path, info))),
      );
      const config = configOf(path, checkpoint.info);
      const notes = broken.map((reason) => `${reason} It was skipped.`);
      const differing = (['model', 'scheduler'] as const).filter((section) => differ(config[section], edited[section]));
      if (differing.length > 0) {
        const which = differing.map((section) => `the ${section} settings`).join(' and ');
        notes.push(`In config.json ${which} differ from the checkpoint's; the checkpoint's are used.`);
      }
      return { checkpoint, config, data, notes };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      broken.push(error.message);
    }
  }
  throw new InputError(broken.join(' '));
}

const configOf = (path: string, { config }: CheckpointInfo): TrainConfig =>
  storedConfig(`the checkpoint ${path}`, config);
const differ = (a: Record<string, unknown>, b: Record<string, unknown>) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].some((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));

/** undefined if there is no such file, or it holds null. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) ?? undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) throw new InputError(`Cannot read ${path}: it must be JSON (${error.message}).`);
    throw diskFailure(error, `read ${path}`);
  }
}
