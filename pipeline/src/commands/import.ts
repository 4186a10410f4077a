/** `pipeline import`: a checkpoint of diffusers becomes a model folder. */

import { sayNote, sayResult, withProgress } from '@onnoise/base/terminal';
import { formatPath, program, shellPath } from '@onnoise/base/text';
import type { PictureSize } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { ImportResult } from '../import/types.ts';
import { type Command, textOption } from './options/command.ts';
import { toSize } from './options/tables.ts';

/** The options of `pipeline import`; its help explains them. */
export interface ImportArguments {
  from?: string | undefined;
  out: string;
  config?: string | undefined;
  scheduler?: string | undefined;
  size?: PictureSize | undefined;
  'condition-first'?: boolean | undefined;
  weights?: boolean | undefined;
}

export const command: Command<ImportArguments> = {
  usage:
    '$0 import <folder or .safetensors> --out <folder>\n\n' +
    'Turns a diffusers pipeline (DDPM, DDIM or LDM, with a UNet2DModel) into a model folder, or an autoencoder into that of one, without Python.',
  words: {
    from: {
      type: 'string',
      describe: 'Folder of a pipeline or of its network, a folder in the cache of the Hub, or a .safetensors file',
    },
  },
  options: {
    out: textOption('Model folder to write', { demandOption: true }),
    config: textOption("The network's config.json, or MONAI's arguments, if there is none beside the weights"),
    scheduler: textOption('The scheduler_config.json, if none is found'),
    size: {
      string: true,
      requiresArg: true,
      coerce: toSize,
      describe: 'Size of the pictures in pixels, such as 64 or 96x64, if the config has no sample_size',
    },
    'condition-first': {
      boolean: true,
      default: false,
      describe: 'The picture that the network is told comes before the sample in its channels',
    },
    weights: {
      boolean: true,
      describe: 'Also write the weights for diffusers, PyTorch and train --init; leave them out by --no-weights',
    },
  },
  examples: [
    ['$0 import ddpm-cat-256 --out models/cats', 'a folder from the Hub'],
    ['$0 import runs/accelerate/unet_ema --out models/mine', 'averaged weights of a training in Python'],
  ],
  handler: async ({ from, out, config, scheduler, size, weights, 'condition-first': conditionFirst }) => {
    if (from === undefined) {
      throw new InputError(
        `Cannot import: there must be a folder or a .safetensors file, received neither. Try: ${program('import')} ddpm-cat-256 --out models/cats`,
      );
    }
    const { importCheckpoint } = await import('../import/import.ts');
    const imported = await withProgress('Importing', { unit: 'stages' }, (onProgress) =>
      importCheckpoint({ from, out, config, scheduler, size, conditionFirst, weights, onProgress }),
    );
    for (const note of imported.notes) sayNote(note);
    const { notes: _, ...facts } = imported;
    sayResult(await describe(out, imported), { from, folder: out, ...facts, sampler: facts.sampler ?? null });
  },
};

async function describe(folder: string, { parity, parameters, sampler, autoencoder }: ImportResult): Promise<string[]> {
  const { describeParity } = await import('@onnoise/training/folder');
  const asked = sampler === undefined ? '' : ` --sampler ${sampler}`;
  return [
    `Weights: ${parameters.toLocaleString('en')}`,
    `Largest difference between tfjs and ONNX: ${describeParity(parity)}`,
    `Model: ${formatPath(folder)}`,
    autoencoder
      ? `Try: ${program('train')} --preset latents --autoencoder ${shellPath(folder)}`
      : `Try: ${program('sample')} --model ${shellPath(folder)}${asked}`,
  ];
}
