/**
 * The Python files that go into a model folder beside its weights, and the names under which diffusers finds them:
 *
 *     pipeline.py                          samples with classes, conditions, masks, guidance and any scheduler of diffusers
 *     unet/modeling_simple_unet.py         `SimpleUnet` in plain PyTorch
 *     unet/modeling_extended_unet2d.py  `UNet2DModel` with conditions, patches or pictures of its classes
 *
 * A `UNet2DModel` without them is diffusers' own class and needs no file in `unet`. The files are in
 * `training/python`; nothing here runs them, and diffusers runs them only with `trust_remote_code=True`.
 */
import { readFile } from 'node:fs/promises';
import type { Distilled } from '@onnoise/scheduler/model';
import type { ModelConfig } from '../layers/types.ts';
import { findNetwork, type Model } from '../model/index.ts';
import { encodeSafetensors } from './safetensors.ts';
import { toStateDict, WEIGHTS_FILE } from './weights.ts';

const FOLDER = new URL('../../python/', import.meta.url);
const EXTENDED = 'modeling_extended_unet2d';

type Described = Partial<
  Pick<
    ModelConfig,
    '_class_name' | 'num_class_embeds' | 'null_condition' | 'conditions' | 'condition_image' | 'mask_output'
  >
> & {
  patch_size?: number;
  class_pictures?: boolean;
};

/**
 * Where diffusers finds the class of a network: `diffusers`, or the file in `unet` that defines it. It refuses to load
 * a network of ours without `trust_remote_code=True`, rather than to load a part of it.
 */
export function libraryOf(config: Described): string {
  const { _class_name = 'UNet2DModel', conditions = [], patch_size = 1, class_pictures = false } = config;
  const library = findNetwork(_class_name)?.library ?? 'onnoise';
  const extended = conditions.length > 0 || patch_size > 1 || class_pictures;
  return library === 'diffusers' && extended ? EXTENDED : library;
}

/**
 * `model_index.json` as diffusers writes it: the library and class of each part.
 * @param entries that it has besides, or instead
 */
export function modelIndex(config: Described, entries: object): object {
  const unet = [libraryOf(config), config._class_name ?? 'UNet2DModel'];
  return {
    _class_name: 'DDPMPipeline',
    _diffusers_version: '0.42.1',
    scheduler: ['diffusers', 'DDPMScheduler'],
    unet,
    ...entries,
  };
}

/** The files by their path in the model folder. */
export async function pythonFiles(config: Described): Promise<Record<string, string>> {
  const library = libraryOf(config);
  const read = (name: string) => readFile(new URL(name, FOLDER), 'utf8');
  const files: Record<string, string> = { 'pipeline.py': await read('pipeline.py') };
  if (library !== 'diffusers') files[`unet/${library}.py`] = await read(`${library}.py`);
  return files;
}

/** The weights, and what else diffusers needs to sample the model folder, by their path in it. */
export async function filesForPython(
  model: Pick<Model, 'config' | 'parameters'>,
  values: ReadonlyMap<string, Float32Array>,
): Promise<Record<string, Uint8Array | string>> {
  const weights = encodeSafetensors(toStateDict(model, values), { format: 'pt' });
  return { [WEIGHTS_FILE]: weights, ...(await pythonFiles(model.config)) };
}

/** Samples one picture of the model folder, for its card. A student knows its steps by itself. */
export function pythonExample(config: Described, distilled?: Distilled, latents = false): string {
  const { num_class_embeds: classes = null, conditions = [], condition_image: told, mask_output: drawn } = config;
  if (
    !latents &&
    !distilled &&
    classes === null &&
    conditions.length === 0 &&
    !told &&
    !drawn &&
    libraryOf(config) === 'diffusers'
  ) {
    return [
      'from diffusers import DDPMPipeline',
      'pipe = DDPMPipeline.from_pretrained("<this folder>")',
      'pipe(num_inference_steps=100).images[0].save("one.png")',
    ].join('\n');
  }
  const values = conditions.map(({ name, mean }) => `"${name}": ${Number(mean.toPrecision(2))}`);
  const given = [
    ...(classes === null ? [] : ['class_labels=0']),
    ...(values.length === 0 ? [] : [`conditions={${values.join(', ')}}`]),
    ...(told ? ['classes' in told ? 'masks=masks' : 'condition_images=pictures'] : []),
    ...(distilled ? [] : ['num_inference_steps=100']),
  ];
  return [
    'from diffusers import DiffusionPipeline',
    'pipe = DiffusionPipeline.from_pretrained("<this folder>", custom_pipeline="pipeline", trust_remote_code=True)',
    `pipe(${given.join(', ')}).images[0].save("one.png")`,
  ].join('\n');
}
