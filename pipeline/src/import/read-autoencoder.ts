/**
 * The autoencoder of a checkpoint, by itself or as a part of a pipeline: where its files are, what they say, and its graphs.
 *
 * | given                                    | what is read                                                          |
 * |------------------------------------------|-----------------------------------------------------------------------|
 * | its folder, or one with `vae` or `vqvae` | `config.json` and the weights beside it                               |
 * | a pipeline with a `unet`                 | the part that `model_index.json` names                                |
 * | a .safetensors file                      | `config.json` beside it, or `--config`: of diffusers, or MONAI's arguments |
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AUTOENCODER_CLASS, type AutoencoderFacts, readAutoencoderFacts } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { encodeHalves, type LatentScale, measureHalves } from '@onnoise/training/autoencoder';
import { type Parity, requireParity } from '@onnoise/training/folder';
import { countParameters, createModel, type Model } from '@onnoise/training/model';
import { findWeights, kindOf, rootOf } from './find-checkpoint.ts';
import {
  type Cut,
  configOfMonaiAutoencoder,
  isMonaiAutoencoder,
  tensorsOfMonaiAutoencoder,
} from './monai-autoencoder.ts';
import { readJsonObject, within } from './read-json.ts';
import { readTensors } from './read-tensors.ts';
import type { ImportOptions } from './types.ts';
import { weightsOf } from './weights-of.ts';

export interface AutoencoderPlace {
  /** Its `config.json`, or that of MONAI's arguments. */
  config: string;
  /** The folder that it is in. */
  folder: string;
  /** A .safetensors file that was named; undefined: the one in the folder. */
  weights: string | undefined;
}

/** Where an autoencoder is, if that is what was named. @throws InputError for one of a class that is not here */
export async function findAutoencoder({ from, config }: ImportOptions): Promise<AutoencoderPlace | undefined> {
  const kind = await kindOf(from);
  if (kind === 'nothing') return undefined;
  if (kind === 'file') {
    const folder = dirname(resolve(from));
    const place = { config: config ?? join(folder, 'config.json'), folder, weights: from };
    return (await isAutoencoder(place.config, from)) ? place : undefined;
  }
  const root = await rootOf(from);
  if (existsSync(join(root, 'unet'))) return undefined;
  for (const folder of [root, join(root, 'vae'), join(root, 'vqvae')]) {
    const place = { config: config ?? join(folder, 'config.json'), folder, weights: undefined };
    if (existsSync(folder) && (await isAutoencoder(place.config, from))) return place;
  }
  return undefined;
}

/** Classes of diffusers and MONAI that turn pictures into latents, or look like it. */
const ANY_AUTOENCODER = /(^|\.)(Asymmetric|Consistency)?(Autoencoder|VQ|DecoderVAE)\w*$/;

async function isAutoencoder(path: string, from: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const json = await readJsonObject(path);
  if (isMonaiAutoencoder(json)) return true;
  const name = json._class_name ?? json._target_;
  if (AUTOENCODER_CLASS.holds(json._class_name)) return true;
  if (typeof name !== 'string' || !ANY_AUTOENCODER.test(name)) return false;
  throw new InputError(
    `Cannot import ${from}: an autoencoder must be ${AUTOENCODER_CLASS.words}, received ${JSON.stringify(name)}.`,
  );
}

/** The autoencoder of a pipeline. @param name of the part in its `model_index.json` */
export async function findPart(from: string, pipeline: string, name: string): Promise<AutoencoderPlace> {
  const folder = join(pipeline, name);
  const config = join(folder, 'config.json');
  if (!existsSync(config)) {
    throw new InputError(
      `Cannot import ${from}: there must be a config.json in ${folder}, its autoencoder, received none.`,
    );
  }
  if (await isAutoencoder(config, from)) return { config, folder, weights: undefined };
  const { _class_name: received } = await readJsonObject(config);
  throw new InputError(
    `Cannot import ${from}: its ${name} must be ${AUTOENCODER_CLASS.words}, received ${JSON.stringify(received)}.`,
  );
}

/** What the small files of an autoencoder say. */
export interface AutoencoderSource {
  place: AutoencoderPlace;
  config: Record<string, unknown>;
  facts: AutoencoderFacts;
  ofMonai: boolean;
  /** A sentence for the user where the files leave something open. */
  notes: string[];
}

/** @throws InputError for values that are not supported */
export async function readAutoencoderSource(place: AutoencoderPlace, from: string): Promise<AutoencoderSource> {
  const written = await readJsonObject(place.config);
  const ofMonai = isMonaiAutoencoder(written);
  const config = ofMonai ? configOfMonaiAutoencoder(written, from) : written;
  const facts = readAutoencoderFacts(`import ${from}`, config, place.config);
  const unscaled = (written.scaling_factor ?? null) === null && (ofMonai || written._class_name === 'VQModel');
  const notes = unscaled
    ? ['Its config has no scaling_factor: a diffusion model is taken to learn its latents as they are.']
    : [];
  return { place, config, facts, ofMonai, notes };
}

export type AutoencoderNetwork = Model & Required<Pick<Model, 'halves'>>;

/** The network for pictures of this size. @throws InputError for a configuration that is not supported */
export function networkOf({ config, place }: AutoencoderSource, sampleSize: unknown): AutoencoderNetwork {
  const model = within(place.config, () => createModel({ ...config, sample_size: sampleSize }));
  if (!model.halves) throw new Error(`${model.config._class_name} has no halves`);
  return { ...model, halves: model.halves };
}

export interface TracedAutoencoder {
  model: AutoencoderNetwork;
  values: ReadonlyMap<string, Float32Array>;
  sha256: string;
  graphs: { encoder: Uint8Array; decoder: Uint8Array };
  parity: Parity;
  parameters: number;
  scale: LatentScale;
}

/** Its weights. @throws InputError that names what is missing or does not fit */
export async function readAutoencoderWeights(
  { place, ofMonai }: AutoencoderSource,
  model: AutoencoderNetwork,
  from: string,
) {
  const weights = place.weights ?? (await findWeights(from, place.folder));
  const { tensors: stored, sha256 } = await readTensors(weights);
  const tensors = ofMonai ? tensorsOfMonaiAutoencoder(stored, model.config as unknown as Cut) : stored;
  return { values: weightsOf(model, tensors, `import ${from}`), sha256 };
}

/** Its graphs, compared with tfjs. @throws InputError where they differ */
export async function traceAutoencoder(
  { facts }: AutoencoderSource,
  model: AutoencoderNetwork,
  read: Awaited<ReturnType<typeof readAutoencoderWeights>>,
  { from, imported, report }: { from: string; imported: string; report: (note: string) => void },
): Promise<TracedAutoencoder> {
  report('tracing');
  const graphs = encodeHalves(model, read.values, { imported });
  report('comparing with tfjs');
  const parity = await measureHalves(model, read.values, graphs);
  requireParity(`import ${from}`, parity);
  const scale = { scaling_factor: facts.scaling, shift_factor: facts.shift };
  return { model, ...read, graphs, parity, parameters: countParameters(model), scale };
}
