/**
 * `training.json` of a model folder: what its network was trained on, with which settings, and for how long. The model card says the
 * same in words, and nothing reads that. A folder without the file, such as an imported one, was trained elsewhere.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { diskFailure } from '../files/disk-errors.ts';

export const TRAINING_FORMAT = 1;

export interface TrainingFile {
  format: typeof TRAINING_FORMAT;
  data: {
    name: string;
    /** SHA-256 (hex) of the prepared images, as `Dataset.hash`; of a private run that under its key, which no one else can compute. */
    hash: string;
    count: number;
    /** In the order of their numbers. */
    classNames?: readonly string[] | undefined;
    /** Of the channels, in their order. */
    channelNames?: readonly string[] | undefined;
    /** How many of the images are synthetic phantoms. */
    phantoms?: number | undefined;
    /** The measured values that are black and white in all images, such as Hounsfield units; absent where there are none. */
    levels?: { black: number; white: number; unit?: 'HU' | undefined } | undefined;
    /** Millimetres from one prepared pixel to the next, both ways; absent where images differ or do not say. */
    pixelSpacing?: number | undefined;
    licence?: string | undefined;
  };
  /** The settings of the run, as in its config.json. */
  settings: { data?: Record<string, unknown>; training?: Record<string, unknown> } & Record<string, unknown>;
  /** The weights that training started from; absent: random ones. `images`: which they learnt from, by {@link imagesLearnt}. */
  start?: { name: string; hash: string; phantoms: boolean; images?: string | undefined } | undefined;
  /** Of a run with differential privacy: what holds for these weights. */
  privacy?: Privacy | undefined;
  /** Of the network. */
  parameters: number;
  trained?:
    | {
        /** Updates of the weights. */
        steps: number;
        /** What they took, pictures and checkpoints included. */
        seconds: number;
        /** How many of all images training has seen, and how often; absent where the run did not note it. */
        seen?: { images: number; all: number; epochs: number } | undefined;
      }
    | undefined;
}

export interface Privacy {
  /** Spent until these weights. */
  epsilon: number;
  delta: number;
  /** What may be there or not: an image, or all images of a group that is held out together. */
  unit: 'image' | 'group';
  /** How many there are to train on. */
  records: number;
  /** Largest norm of a gradient, and the timesteps that it is averaged over. */
  clip: number;
  timesteps: number;
  /** Standard deviation of the noise, in clips. */
  noiseMultiplier: number;
  /** Chance of each record in each step. */
  samplingRate: number;
  steps: number;
}

/** What decides whether other images are those of training, and how to prepare them alike. */
export interface TrainedOn {
  /** SHA-256 (hex) of the images, as `Dataset.hash`. */
  hash: string;
  /** The settings of the section `data`; those of older versions may lack some. */
  data: Readonly<Record<string, unknown>>;
  /** Of the split into images to train on and images held out. */
  seed: unknown;
  /** What training started from, as `--init` named it. Absent: random weights, or some that learnt from the same images alone. */
  start?: string | undefined;
}

export const formatTraining = (file: TrainingFile): string => `${JSON.stringify(file, undefined, 2)}\n`;

/**
 * undefined for a folder without the file.
 * @throws InputError for a file of another form; as {@link diskFailure} does for one that cannot be read
 */
export async function readTraining(folder: string): Promise<TrainingFile | undefined> {
  const path = join(folder, MODEL_FILES.training);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw diskFailure(error, `read ${path}`);
  });
  return text === undefined ? undefined : parseTraining(text, path);
}

/** @throws InputError that names the file */
function parseTraining(text: string, path: string): TrainingFile {
  const refuse = (rule: string, received: string): never => {
    throw new InputError(`Cannot read ${path}: it must be ${rule}, received ${received}. Export the model again.`);
  };
  let file: Partial<TrainingFile>;
  try {
    file = JSON.parse(text) as Partial<TrainingFile>;
  } catch (error) {
    return refuse('JSON', (error as Error).message);
  }
  if (file?.format !== TRAINING_FORMAT) return refuse(`of format ${TRAINING_FORMAT}`, `${file?.format ?? 'none'}`);
  const { data, settings } = file;
  if (!/^[0-9a-f]{64}$/.test(data?.hash ?? '')) return refuse('with the SHA-256 of the images', `${data?.hash}`);
  if (typeof settings !== 'object' || settings === null) return refuse('with the settings of training', 'none');
  return file as TrainingFile;
}

/** undefined for a model that was trained elsewhere. @throws as {@link readTraining} does */
export async function readTrainedOn(folder: string): Promise<TrainedOn | undefined> {
  const file = await readTraining(folder);
  if (file === undefined) return undefined;
  const { data = {}, training = {} } = file.settings;
  const { seed, init } = training;
  const others = typeof init === 'string' && file.start?.images !== imagesLearnt(file.data.hash, file.settings);
  return { hash: file.data.hash, data, seed, ...(others && { start: init }) };
}

/** Says of weights that learnt from some images, and none before, which these are, and which of them are held out. */
export function imagesLearnt(hash: string, { data = {}, training = {} }: TrainingFile['settings']): string {
  return [hash, data.validationShare, training.seed, data.groupColumn].join(' ').trim();
}

/** Whether any of what the weights come from were synthetic phantoms. */
export const learntPhantoms = ({ data, start }: Pick<TrainingFile, 'data' | 'start'>): boolean =>
  (data.phantoms ?? 0) > 0 || start?.phantoms === true;
