/**
 * Reads what a model folder says about itself, wherever it is: on disk, at a URL, or among files picked in a page. It
 * has the layout of a diffusers pipeline. This does not open the network: `checkNetwork` checks its file, and
 * `signatureFault` its inputs and outputs.
 */
import { diskRefusal } from '../rules/disk.ts';
import { InputError, refuse } from '../rules/errors.ts';
import { parseJson } from '../rules/json.ts';
import { check, flag, integer, nullable, object, type Rule, worded } from '../rules/rule.ts';
import { type Distilled, distilledOf } from '../sampling/distilled.ts';
import { parseSchedulerConfig, type SchedulerConfig } from '../schedule/config.ts';
import { timestepsTold } from '../schedule/process.ts';
import { checkAgreement } from './agreement.ts';
import { type DecodedFacts, decodedFacts, readAutoencoderFacts } from './autoencoder.ts';
import { channelNamesOf, shownOf, showRule } from './channels.ts';
import { classNamesOf } from './class-names.ts';
import { type ConditionImage, type MaskLabels, readConditionImage, readMaskLabels } from './condition-image.ts';
import type { ConditioningFacts } from './conditioning.ts';
import { type ConditionSpec, readConditions } from './conditions.ts';
import { formatOf, type NetworkFormat } from './format.ts';
import { pictureShapeOf } from './mask-output.ts';
import { readOnnxFacts } from './onnx/file.ts';
import type { Bytes } from './onnx/wire.ts';
import { type ImageShape, MOST_CHANNELS } from './pixels.ts';
import { sampleSize, sidesOf } from './size.ts';

export interface Artefact {
  scheduler: SchedulerConfig;
  /** [C, H, W] of what the network draws: pictures, or latents where there is an autoencoder. */
  shape: ImageShape;
  /** What turns latents into pictures; absent where the network draws these. */
  autoencoder?: DecodedFacts;
  /** Classes that can be asked for, 0 for a model that is not conditional on one. */
  classes: number;
  /** One per class, if model_index.json names them. */
  classNames?: string[];
  /** One per channel, if model_index.json names them. */
  channelNames?: string[];
  /** Which channels its pictures show, as `--show` takes it, if model_index.json says so. */
  show?: string;
  /** Whether the network was also trained without a condition: guidance needs that. Its null class is `classes`. */
  nullCondition: boolean;
  /** The numbers that the network is conditional on. */
  conditions: readonly ConditionSpec[];
  /** The mask or picture that the network is told of each image; absent for none. */
  conditionImage?: ConditionImage;
  /** Classes of the mask that is drawn with each picture, a plane each after the picture's channels; absent for none. */
  maskOutput?: MaskLabels;
  /** Where model_index.json says that it is a student that draws in few calls. */
  distilled?: Distilled;
  /** Where model_index.json says that all images of its training were synthetic phantoms. */
  trainedOn?: 'phantoms';
}

/** Paths of the files in a model folder. */
export const MODEL_FILES = {
  /** Optional: sampling does not need it, and files picked one by one often lack it. */
  index: 'model_index.json',
  scheduler: 'scheduler/scheduler_config.json',
  unet: 'unet/config.json',
  network: 'unet/model.onnx',
  /** Of an autoencoder: its configuration and halves. */
  vae: 'vae/config.json',
  encoder: 'vae/encoder.onnx',
  decoder: 'vae/decoder.onnx',
  /** Optional, for people. */
  card: 'README.md',
  /** Optional: what the network was trained on, and how. */
  training: 'training.json',
  /** Optional: see evaluation.ts. */
  evaluation: 'evaluation.json',
  /** Optional, of a model that is told masks: a label map of some of them below each other, for whoever is to draw one. */
  masks: 'masks.png',
} as const;

/** Bytes of a file, by its path in the folder; undefined if it is missing. */
export type ReadModelFile = (path: string) => Promise<Uint8Array | undefined>;

export const LOADING = 'load the model';

/**
 * @param where the folder is: error messages then name its files by their full paths.
 * @throws InputError that names the file that is missing, is not JSON, holds something unsupported or does not fit the
 * others.
 */
export async function readArtefact(read: ReadModelFile, where?: string): Promise<Artefact> {
  const paths = [MODEL_FILES.scheduler, MODEL_FILES.unet, MODEL_FILES.index] as const;
  const [schedulerBytes, unetBytes, indexBytes] = await Promise.all(paths.map((path) => read(path)));
  const schedulerJson = readJson(schedulerBytes, MODEL_FILES.scheduler, where);
  const unetJson = readJson(unetBytes, MODEL_FILES.unet, where);
  const indexJson = indexBytes === undefined ? {} : readJson(indexBytes, MODEL_FILES.index, where);
  const vaeJson =
    indexJson.vae === undefined ? undefined : readJson(await read(MODEL_FILES.vae), MODEL_FILES.vae, where);
  const unet = readUnet(unetJson, nameOf(MODEL_FILES.unet, where));
  const { classes } = unet;
  const scheduler = within(nameOf(MODEL_FILES.scheduler, where), () => parseSchedulerConfig(schedulerJson));
  const timesteps = timestepsTold(scheduler);
  within(where, () => checkAgreement({ timesteps, unetTimesteps: unetJson.num_train_timesteps, ...unet }));
  const vae = nameOf(MODEL_FILES.vae, where);
  const autoencoder =
    vaeJson && within(where, () => decodedFacts(LOADING, readAutoencoderFacts(LOADING, vaeJson, vae), unet.shape));
  const classNames = within(where, () => classNamesOf(indexJson, classes));
  const channels = within(where, () => channelsOf(indexJson, pictureShapeOf({ ...unet, autoencoder })));
  const distilled = within(where, () => distilledOf(LOADING, indexJson, timesteps));
  const onPhantoms = indexJson.trained_on === 'phantoms';
  return {
    scheduler,
    ...unet,
    ...(autoencoder && { autoencoder }),
    ...(classNames && { classNames }),
    ...channels,
    ...(distilled && { distilled }),
    ...(onPhantoms && { trainedOn: 'phantoms' }),
  };
}

/** What model_index.json says of the channels. @throws InputError for channels that the pictures do not have */
function channelsOf(index: Record<string, unknown>, shape: ImageShape): Pick<Artefact, 'channelNames' | 'show'> {
  const channelNames = channelNamesOf(LOADING, index, shape[0]);
  const { show = null } = index;
  if (show !== null) {
    const chosen = check(LOADING, 'show of model_index.json', showRule, show);
    shownOf(LOADING, { shape, channelNames, show: chosen });
    return { ...(channelNames && { channelNames }), show: chosen };
  }
  return channelNames ? { channelNames } : {};
}

/**
 * Checks the network's file as far as possible without opening it.
 * @returns how it says that its weights are stored.
 * @throws InputError as `readArtefact` does.
 */
export async function checkNetwork(
  { scheduler, ...unet }: Pick<Artefact, 'scheduler'> & ConditioningFacts,
  file: Bytes,
  where?: string,
): Promise<{ format: NetworkFormat }> {
  const { fault, metadata } = await readOnnxFacts(file);
  if (fault !== undefined) throw networkError(`must be an ONNX network, received ${fault}`, where);
  within(where, () => checkAgreement({ timesteps: timestepsTold(scheduler), ...unet }, metadata));
  return { format: formatOf(metadata) };
}

/** The error for a model folder's network; `complaint` ends its sentence. */
export function networkError(complaint: string, where?: string, cause?: unknown): InputError {
  const message = `Cannot ${LOADING}: ${nameOf(MODEL_FILES.network, where)} ${complaint}.`;
  return new InputError(message, cause === undefined ? undefined : { cause });
}

/** The error for a model folder that lacks a file. */
export function missingFile(path: string, where = 'it'): InputError {
  return new InputError(`Cannot ${LOADING}: ${where} must be a model folder, but its ${path} is missing.`);
}

/**
 * The error to throw for a part of a model folder that the file system does not let be read. Every other error stays as
 * it is, as that of a broken disk.
 * @param part full path @param kind what it must be
 */
export function unreadablePart(error: unknown, part: string, kind: 'file' | 'model folder' = 'file'): unknown {
  const refusal = diskRefusal(error);
  if (refusal?.fault !== 'path') return error;
  return new InputError(`Cannot ${LOADING}: ${part} must be a ${kind} that can be read, ${refusal.reason}.`);
}

const COUNT = worded('a positive integer', integer(1));
const SIZE = worded('a positive integer or two, [height, width]', sampleSize(Number.MAX_SAFE_INTEGER));

/** Image and conditions from unet/config.json; its other keys describe the network, not how to call it. */
function readUnet(
  json: Record<string, unknown>,
  file: string,
): Pick<Artefact, 'shape' | 'classes' | 'nullCondition' | 'conditions' | 'conditionImage' | 'maskOutput'> {
  const read = <T>(name: string, rule: Rule<T>, value: unknown = json[name]) =>
    check(LOADING, `${name} of ${file}`, rule, value);
  const [height, width] = sidesOf(read('sample_size', SIZE));
  const channels = readChannels(json, file, [height, width]);
  const embeds = read('num_class_embeds', nullable(COUNT), json.num_class_embeds ?? null) ?? 0;
  const conditions = readConditions(LOADING, file, json.conditions ?? []);
  const nullCondition = read('null_condition', flag, json.null_condition ?? false);
  if (nullCondition && embeds === 1) refuse(LOADING, `num_class_embeds of ${file}`, 'at least 2 with a null class', 1);
  if (nullCondition && embeds === 0 && conditions.length === 0 && !channels.conditionImage) {
    refuse(LOADING, `null_condition of ${file}`, 'false for an unconditional network', true);
  }
  const classes = nullCondition && embeds > 0 ? embeds - 1 : embeds;
  return { classes, nullCondition, conditions, ...channels };
}

/**
 * What the channels of a network are. SimpleUnet counts those of the sample alone, as `image_channels`; UNet2DModel's `in_channels` are
 * those of the sample, then of the condition image, and its `out_channels` those of the sample. A network of diffusers with more in
 * than out is told a picture.
 */
function readChannels(
  json: Record<string, unknown>,
  file: string,
  sides: readonly [height: number, width: number],
): Pick<Artefact, 'shape' | 'conditionImage' | 'maskOutput'> {
  const simple = json.image_channels !== undefined;
  const inputsName = simple ? 'image_channels' : 'in_channels';
  const inputs = check(LOADING, `${inputsName} of ${file}`, COUNT, json[inputsName]);
  const named = readConditionImage(LOADING, file, json.condition_image, sides);
  const beside = simple ? 0 : (named?.shape[0] ?? 0);
  const { out_channels: outputs = inputs - beside } = json;
  const channels = check(LOADING, `out_channels of ${file}`, COUNT, outputs);
  const more = inputs - channels;
  if (named ? more !== beside : more < 0 || (simple && more !== 0)) {
    const rule =
      beside > 0 ? `${inputsName} less the ${beside} of condition_image` : `${inputsName}, ${inputs}, or fewer`;
    refuse(LOADING, `out_channels of ${file}`, simple ? `${inputsName}, ${inputs}` : rule, channels);
  }
  const unnamed = named || more === 0 ? undefined : { channels: more };
  const conditionImage = named ?? readConditionImage(LOADING, file, unnamed, sides);
  const drawn = json.mask_output;
  const maskOutput = drawn === undefined ? undefined : readMaskLabels(LOADING, `mask_output of ${file}`, drawn);
  const planes = maskOutput?.classes.length ?? 0;
  const rule = integer(1 + planes, MOST_CHANNELS + planes);
  const given = json.out_channels === undefined ? inputsName : 'out_channels';
  check(LOADING, `${given} of ${file}`, rule, channels);
  return { shape: [channels, ...sides], ...(conditionImage && { conditionImage }), ...(maskOutput && { maskOutput }) };
}

const nameOf = (path: string, where: string | undefined) => (where === undefined ? path : `${where}/${path}`);

function readJson(bytes: Uint8Array | undefined, path: string, where?: string): Record<string, unknown> {
  if (bytes === undefined) throw missingFile(path, where);
  const file = nameOf(path, where);
  const json = parseJson(withoutInfinity(new TextDecoder().decode(bytes)), (received) => {
    throw new InputError(`Cannot ${LOADING}: ${file} must be JSON, received ${received}.`);
  });
  return check(LOADING, file, worded('a JSON object', object), json);
}

/** Python writes -Infinity, which is no JSON, as the bound that DPM-Solver's files have for none. */
const withoutInfinity = (text: string) => text.replace(/("lambda_min_clipped"\s*:\s*)-Infinity\b/, '$1null');

/** Names the place in the message of an InputError. */
function within<T>(place: string | undefined, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof InputError && place !== undefined) throw new InputError(`${error.message} (${place})`);
    throw error;
  }
}
