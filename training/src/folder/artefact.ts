/**
 * Writes a model folder atomically, in the layout of a diffusers pipeline:
 *
 *     README.md  training.json  model_index.json  scheduler/scheduler_config.json  unet/config.json  unet/model.onnx
 *     samples.png, training.png and masks.png, if given; further files, such as the weights for Python; files.sha256
 *
 * `loadModel` of `@onnoise/runtime-node` reads it.
 */
import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkWholeFolder, makeFolder, type WholeFolder, writeFiles, writeWholeFolder } from '@onnoise/base/files';
import { formatTraining, type TrainingFile } from '@onnoise/base/folders';
import { formatSchedulerConfig, isStraight, type SchedulerConfig } from '@onnoise/scheduler';
import {
  type Distilled,
  type ImageShape,
  MODEL_FILES,
  readConditionImage,
  readMaskLabels,
  STUDENT_SAMPLER,
  sidesOf,
} from '@onnoise/scheduler/model';
import type { ChannelKey, ModelConfig } from '../layers/types.ts';
import { besideChannels } from '../model/condition-config.ts';
import { findNetwork } from '../model/index.ts';
import { type CardSurroundings, formatModelCard, type ModelCard } from './model-card.ts';
import { modelIndex, pythonExample } from './python-files.ts';
import { WEIGHTS_FILE } from './weights.ts';

export interface ArtefactParts {
  /** Folder to make; an older one there is replaced if nobody changed it. */
  out: string;
  /** `unet/config.json`: `_class_name`, `sample_size`, `in_channels`, `num_class_embeds` and what the network needs. */
  modelConfig: object;
  schedulerConfig: SchedulerConfig;
  /** `unet/model.onnx`. */
  onnx: Uint8Array;
  card: ModelCard;
  /** What makes pictures of what the network draws, where this is latents. */
  autoencoder?: ArtefactAutoencoder | undefined;
  samplesPng?: Uint8Array | undefined;
  /** The training curve. */
  curvePng?: Uint8Array | undefined;
  /** Masks to draw from: see `MODEL_FILES`. */
  masksPng?: Uint8Array | undefined;
  /**
   * Further files, by their path in the folder with `/` between the parts: `unet/diffusion_pytorch_model.safetensors`.
   */
  files?: Readonly<Record<string, Uint8Array | string>> | undefined;
}

/** An autoencoder as a part of a model folder. */
export interface ArtefactAutoencoder {
  /** Of `vae`, by their paths in the folder. */
  files: Readonly<Record<string, Uint8Array | string>>;
  /** diffusers' class, and where it finds that. */
  className: string;
  library: string;
  /** [C, H, W] of the pictures. */
  shape: ImageShape;
}

/** Writes the folder whole. @throws as `writeWholeFolder` does */
export async function writeArtefact(parts: ArtefactParts): Promise<void> {
  const { out, modelConfig, schedulerConfig, onnx, samplesPng, curvePng, masksPng, autoencoder } = parts;
  const facts = factsOf(parts.card);
  const scheduler = formatSchedulerConfig(
    schedulerConfig,
    facts.distilled && !isStraight(schedulerConfig) ? STUDENT_SAMPLER : undefined,
  );
  const files: Record<string, Uint8Array | string> = {
    'README.md': describe(parts),
    ...(parts.card.training && { [MODEL_FILES.training]: formatTraining(parts.card.training) }),
    'model_index.json': formatJson(
      modelIndex(modelConfig, {
        ...schedulerEntry(scheduler),
        ...(autoencoder && vaeEntries(autoencoder)),
        ...indexEntries(modelConfig, facts),
      }),
    ),
    'scheduler/scheduler_config.json': formatJson(scheduler),
    'unet/config.json': formatJson(modelConfig),
    'unet/model.onnx': onnx,
    ...(samplesPng && { 'samples.png': samplesPng }),
    ...(curvePng && { 'training.png': curvePng }),
    ...(masksPng && { [MODEL_FILES.masks]: masksPng }),
    ...autoencoder?.files,
    ...parts.files,
  };
  await writeFolder(out, files);
}

const wordsOf = (out: string, from?: string): WholeFolder => ({ action: 'write a model', out, from });

/**
 * Makes sure, before long work, that `writeArtefact` may write there, and makes the folders above: a lock lies beside it.
 * @throws as `checkWholeFolder` does
 */
export async function checkArtefactTarget(out: string, from?: string): Promise<void> {
  await makeFolder(dirname(await checkWholeFolder(wordsOf(out, from))));
}

/** Makes `out` of these files, by their path in it. @throws as `writeWholeFolder` does */
export const writeFolder = (out: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> =>
  writeWholeFolder(wordsOf(out), (temporary) => writeFiles(temporary, files));

/**
 * Writes `out` as a copy of the model folder `from` with these files, by their path with `/` between the parts, and `without`
 * those.
 * @throws as `writeWholeFolder` does
 */
export const copyArtefact = (
  from: string,
  out: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  without: readonly string[] = [],
): Promise<void> =>
  writeWholeFolder(wordsOf(out, from), async (temporary) => {
    await cp(from, temporary, { recursive: true, dereference: true });
    for (const path of without) await rm(join(temporary, ...path.split('/')), { recursive: true, force: true });
    await writeFiles(temporary, files);
  });

/** The class of a written scheduler in `model_index.json`. */
export const schedulerEntry = ({ _class_name }: Record<string, unknown>): object => ({
  scheduler: ['diffusers', _class_name],
});

export const formatJson = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

interface IndexFacts {
  classNames?: readonly string[] | undefined;
  /** One per channel, where they have names. */
  channelNames?: readonly string[] | undefined;
  /** Which channels to show, as `--show` takes it. */
  show?: string | undefined;
  /** Of a student. */
  distilled?: Distilled | undefined;
  /** Where all images of training were synthetic phantoms. */
  trainedOn?: 'phantoms' | undefined;
}

/**
 * What only Onnoise reads in `model_index.json`: names of the classes and channels, which of these are shown, that it is a student, and
 * that all images were synthetic phantoms. No value is a list, which diffusers would take for a part of the pipeline.
 */
export const indexEntries = (
  modelConfig: object,
  { classNames, channelNames, show, distilled, trainedOn }: IndexFacts,
): object => ({
  ...namesOf(modelConfig, classNames),
  ...(channelNames && { channel_names: Object.fromEntries(channelNames.entries()) }),
  ...(show !== undefined && { show }),
  ...(distilled && { distilled }),
  ...(trainedOn && { trained_on: trainedOn }),
});

const factsOf = ({ training, origin }: ModelCard): IndexFacts =>
  training
    ? {
        classNames: training.data.classNames,
        channelNames: training.data.channelNames,
        show: (training.settings.output as { show?: string } | undefined)?.show,
        distilled: studentOf(training.settings),
        trainedOn: trainedOn(training.data),
      }
    : (origin ?? {});

/** What the settings of a run make of its model, if it is a student. */
export function studentOf({ model, training }: TrainingFile['settings']): Distilled | undefined {
  const { calls, teacherGuidance } = (training ?? {}) as { calls?: number; teacherGuidance?: number };
  if (calls === undefined) return undefined;
  const { null_condition } = (model ?? {}) as Partial<ModelConfig>;
  return { calls, guidance: null_condition ? (teacherGuidance ?? 1) : 1 };
}

/** @param images of training, and how many of them are phantoms */
export const trainedOn = ({ count, phantoms }: { count: number; phantoms?: number | undefined }) =>
  phantoms === count ? ('phantoms' as const) : undefined;

/** A conditional model's class names in the form of DiTPipeline, for `model_index.json`; DDPMPipeline ignores them. */
export function namesOf(modelConfig: object, classNames: readonly string[] = []): object {
  const { classes } = conditioningOf(modelConfig);
  return classes > 0 && classNames.length === classes ? { id2label: Object.fromEntries(classNames.entries()) } : {};
}

/** What `unet/config.json` says of conditions; of classes, those that a user can ask for. */
function conditioningOf(
  modelConfig: object,
): Pick<CardSurroundings, 'classes' | 'nullCondition' | 'conditions' | 'conditionImage' | 'maskOutput'> {
  const config = modelConfig as Partial<ModelConfig>;
  const { num_class_embeds: rows, null_condition, conditions = [], mask_output: drawn } = config;
  const sides = sidesOf(config.sample_size ?? 0);
  const nullCondition = null_condition ?? false;
  return {
    classes: rows ? rows - (nullCondition ? 1 : 0) : 0,
    nullCondition,
    conditions,
    conditionImage: readConditionImage('describe the model', 'the config', config.condition_image, sides),
    maskOutput: drawn ? readMaskLabels('describe the model', 'mask_output of the config', drawn) : undefined,
  };
}

function className(modelConfig: object): string {
  return String((modelConfig as { _class_name?: unknown })._class_name ?? 'UNet2DModel');
}

function describe({
  modelConfig,
  schedulerConfig,
  card,
  autoencoder,
  samplesPng,
  curvePng,
  files,
}: ArtefactParts): string {
  const config = modelConfig as {
    sample_size?: number | [number, number];
  } & Partial<Record<ChannelKey, number>>;
  const architecture = className(modelConfig);
  const [channelKey] = findNetwork(architecture)?.channelKeys ?? ['in_channels' as const];
  const size = config.sample_size ?? 0;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const drawn = [(config[channelKey] ?? 0) - besideChannels(modelConfig)[channelKey], height, width] as const;
  return formatModelCard(card, {
    shape: autoencoder?.shape ?? drawn,
    latents: autoencoder && drawn,
    channelNames: card.training?.data.channelNames,
    ...conditioningOf(modelConfig),
    architecture,
    predictionType: schedulerConfig.prediction_type,
    timesteps: schedulerConfig.num_train_timesteps,
    distilled: factsOf(card).distilled,
    hasSamples: samplesPng !== undefined || files?.['samples.png'] !== undefined,
    hasCurve: curvePng !== undefined || files?.['training.png'] !== undefined,
    python: files?.[WEIGHTS_FILE] && pythonExample(modelConfig, factsOf(card).distilled, autoencoder !== undefined),
  });
}

/** A pipeline of our own: one of diffusers would take latents for pictures. */
const vaeEntries = ({ library, className }: ArtefactAutoencoder) => ({
  _class_name: 'OnnoisePipeline',
  vae: [library, className],
});
