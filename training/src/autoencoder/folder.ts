/**
 * The folder of an autoencoder, as a part of a diffusers pipeline:
 *
 *     README.md  training.json  samples.png  training.png
 *     vae/config.json  vae/encoder.onnx  vae/decoder.onnx  vae/diffusion_pytorch_model.safetensors
 */
import { readFile } from 'node:fs/promises';
import { formatTraining } from '@onnoise/base/folders';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { encodeModel } from '@onnoise/tracer';
import { formatJson, writeFolder } from '../folder/artefact.ts';
import { type AutoencoderModel, decoderGraph, encoderGraph } from '../folder/halves.ts';
import { encodeSafetensors } from '../folder/safetensors.ts';
import { toStateDict } from '../folder/weights.ts';
import { findNetwork, type Model } from '../model/index.ts';
import { type AutoencoderCard, formatAutoencoderCard } from './card.ts';
import type { LatentScale } from './latent-spread.ts';

const PYTHON = new URL('../../python/', import.meta.url);
/** diffusers' AutoencoderKL with what is ours. */
const EXTENDED = 'modeling_extended_autoencoder_kl';

/** diffusers' name for the weights. */
export const VAE_WEIGHTS = 'vae/diffusion_pytorch_model.safetensors';

type Autoencoder = AutoencoderModel & Pick<Model, 'config' | 'parameters'>;
type Values = ReadonlyMap<string, Float32Array>;

/** The two graphs as files. */
export const encodeHalves = (model: AutoencoderModel, values: Values, metadata: Record<string, string> = {}) => ({
  encoder: encodeModel(encoderGraph(model, values), metadata),
  decoder: encodeModel(decoderGraph(model, values), metadata),
});

/** The files of `vae`, by their path in the folder. @param weights whether with those for Python */
export async function vaeFiles(
  model: Autoencoder,
  values: Values,
  halves: ReturnType<typeof encodeHalves>,
  scale: LatentScale,
  weights: boolean,
): Promise<Record<string, Uint8Array | string>> {
  return {
    [MODEL_FILES.vae]: formatJson({ ...model.config, ...scaleOf(model.config, scale) }),
    [MODEL_FILES.encoder]: halves.encoder,
    [MODEL_FILES.decoder]: halves.decoder,
    ...(weights && (await vaeForPython(model, values))),
  };
}

/** Its weights and the code of its class. */
export async function vaeForPython(model: Autoencoder, values: Values): Promise<Record<string, Uint8Array>> {
  const library = libraryOf(model);
  return {
    [VAE_WEIGHTS]: encodeSafetensors(toStateDict(model, values), { format: 'pt' }),
    ...(library !== 'diffusers' && {
      [`vae/${library}.py`]: await readFile(new URL(`${library}.py`, PYTHON)),
    }),
  };
}

/** Its keys that the class has: those of VQModel have no shift. */
const scaleOf = (config: object, scale: LatentScale): Partial<LatentScale> =>
  Object.fromEntries(Object.entries(scale).filter(([key]) => key in config));

/** Where diffusers finds the class. */
export function libraryOf({ config }: { config: object }): string {
  const { patch_size = 1, ...keys } = config as { patch_size?: number } & Record<string, unknown>;
  const ours = Object.entries(findNetwork(keys._class_name)?.ours ?? {});
  return patch_size > 1 || ours.some(([key, off]) => (keys[key] ?? off) !== off) ? EXTENDED : 'diffusers';
}

/** Loads the autoencoder, for its card. */
function pythonOf(model: Pick<Autoencoder, 'config'>): string {
  const { _class_name: name } = model.config;
  if (libraryOf(model) === 'diffusers') {
    return [`from diffusers import ${name}`, `vae = ${name}.from_pretrained("<this folder>", subfolder="vae")`].join(
      '\n',
    );
  }
  return [
    'import sys',
    'sys.path.append("<this folder>/vae")',
    `from ${EXTENDED} import ${name}`,
    `vae = ${name}.from_pretrained("<this folder>/vae")`,
  ].join('\n');
}

export interface AutoencoderParts {
  /** Folder to make; an older one there is replaced. */
  out: string;
  model: Autoencoder;
  files: Readonly<Record<string, Uint8Array | string>>;
  card: Omit<AutoencoderCard, 'python' | 'hasSamples' | 'hasCurve' | 'architecture'>;
  samplesPng?: Uint8Array | undefined;
  curvePng?: Uint8Array | undefined;
}

/** @throws as `writeWholeFolder` does */
export async function writeAutoencoder({
  out,
  model,
  files,
  card,
  samplesPng,
  curvePng,
}: AutoencoderParts): Promise<void> {
  const readme = formatAutoencoderCard(model, {
    ...card,
    architecture: model.config._class_name,
    hasSamples: samplesPng !== undefined,
    hasCurve: curvePng !== undefined,
    python: files[VAE_WEIGHTS] && pythonOf(model),
  });
  await writeFolder(out, {
    [MODEL_FILES.card]: readme,
    ...(card.training && { [MODEL_FILES.training]: formatTraining(card.training) }),
    ...files,
    ...(samplesPng && { 'samples.png': samplesPng }),
    ...(curvePng && { 'training.png': curvePng }),
  });
}
