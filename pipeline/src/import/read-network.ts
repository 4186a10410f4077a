/**
 * The network of a diffusers checkpoint, from its `config.json`. What other versions wrote is brought to today's keys:
 *
 * | written                                   | by                                 | here                              |
 * |-------------------------------------------|------------------------------------|-----------------------------------|
 * | `image_size`, `num_res_blocks`, ...       | versions of 2022                   | today's names of the same         |
 * | `UNetResDownBlock2D`                      | versions of 2022                   | without `UNetRes`                 |
 * | `decay`, `optimization_step`, ...         | `EMAModel`, in folders `unet_ema`  | left out: not about the network   |
 * | `num_train_timesteps: null`               | diffusers                          | the scheduler's                   |
 *
 * Source: `change_naming_configs_and_checkpoints.py` and `training_utils.py` of diffusers.
 */
import { extentOf, MOST_CHANNELS, type PictureSize, sampleSize, sampleSizeOf, sidesOf } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { createModel, DENOISERS, type Model } from '@onnoise/training/model';
import { within } from './read-json.ts';

const SAMPLE_SIZE = sampleSize(Number.MAX_SAFE_INTEGER);

const FORMER_KEYS: Readonly<Record<string, string>> = {
  image_size: 'sample_size',
  num_res_blocks: 'layers_per_block',
  block_channels: 'block_out_channels',
  down_blocks: 'down_block_types',
  up_blocks: 'up_block_types',
  downscale_freq_shift: 'freq_shift',
  resnet_num_groups: 'norm_num_groups',
  resnet_act_fn: 'act_fn',
  resnet_eps: 'norm_eps',
  num_head_channels: 'attention_head_dim',
};

/** What `EMAModel.save_pretrained` adds. */
const AVERAGE_KEYS: readonly string[] = [
  ...['decay', 'min_decay', 'inv_gamma', 'power', 'optimization_step', 'update_after_step', 'use_ema_warmup'],
  ...['cur_decay_value', '_use_default_values'],
];

/** Classes that people may expect here, and what they are. */
const OTHER_CLASSES: Readonly<Record<string, string>> = {
  UNet2DConditionModel: 'a network steered by text or other embeddings',
  UNet1DModel: 'a network of one-dimensional signals',
  AutoencoderKL: 'an autoencoder',
  VQModel: 'an autoencoder',
  DiTTransformer2DModel: 'a transformer on latents',
};

interface Surroundings {
  /** What the user named, for sentences. */
  from: string;
  /** The file that `json` is of. */
  path: string;
  /** T of the scheduler. */
  timesteps: number;
  /** Height and width, where the file does not say them; with an autoencoder, of the pictures. */
  size?: PictureSize | undefined;
  /** Pixels of a picture, across and down, for each place of the latents that the network draws. Default: 1. */
  stride?: number | undefined;
}

/** @throws InputError for another class, and for keys and values that are not supported. */
export function readNetwork(
  json: Record<string, unknown>,
  { from, path, timesteps, size, stride = 1 }: Surroundings,
): Model {
  const name = json._class_name ?? 'UNet2DModel';
  if (!DENOISERS.some(({ className }) => className === name)) {
    const names = DENOISERS.map(({ className }) => className).join(' or ');
    const what = Object.hasOwn(OTHER_CLASSES, String(name)) ? `, ${OTHER_CLASSES[String(name)]}` : '';
    throw new InputError(
      `Cannot import ${from}: its network must be ${names}, received ${JSON.stringify(name)}${what}.`,
    );
  }
  const config: Record<string, unknown> = { ...currentKeys(json), _class_name: name, num_train_timesteps: timesteps };
  config.sample_size = sizeOf(config.sample_size, { from, size, stride });
  checkChannels(config, from);
  return within(path, () => createModel(config));
}

function currentKeys(json: Record<string, unknown>): Record<string, unknown> {
  const current: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    if (AVERAGE_KEYS.includes(key)) continue;
    const former = Object.hasOwn(FORMER_KEYS, key);
    if (former && value === null) continue; // replaced, and kept as null
    current[former ? FORMER_KEYS[key]! : key] = value;
  }
  for (const key of ['down_block_types', 'up_block_types']) {
    const types = current[key];
    if (Array.isArray(types)) current[key] = types.map((type) => String(type).replace(/^UNetRes/, ''));
  }
  return current;
}

function sizeOf(
  given: unknown,
  { from, size, stride }: { from: string; size?: PictureSize | undefined; stride: number },
) {
  const asked = size && sidesOf(sampleSizeOf(extentOf(size)));
  if (given !== null && given !== undefined) {
    const own = SAMPLE_SIZE.holds(given) ? sidesOf(given).map((side) => side * stride) : undefined;
    if (asked && own && String(own) !== String(asked)) {
      const [height, width] = own as [number, number];
      const whose = stride === 1 ? 'the sample_size of its network' : 'the size of its pictures';
      refuse(
        `import ${from}`,
        '--size',
        `left out or ${JSON.stringify(sampleSizeOf({ height, width }))}, ${whose}`,
        size,
      );
    }
    return given;
  }
  if (asked) {
    const [height, width] = asked.map((side) => side / stride) as [number, number];
    if (Number.isInteger(height) && Number.isInteger(width)) return sampleSizeOf({ height, width });
    refuse(`import ${from}`, '--size', `a multiple of ${stride}, the stride of its autoencoder`, size);
  }
  throw new InputError(
    `Cannot import ${from}: sample_size must be the size of the pictures, received none. Give it with --size.`,
  );
}

/** More channels in than out are those of a picture beside the sample; twice as many out are a learned variance. */
function checkChannels({ in_channels: inputs = 3, out_channels: outputs = 3 }: Record<string, unknown>, from: string) {
  const action = `import ${from}`;
  if (typeof outputs === 'number' && outputs > MOST_CHANNELS) {
    refuse(action, 'out_channels', `at most ${MOST_CHANNELS}`, outputs);
  }
  if (Number(inputs) > Number(outputs) + MOST_CHANNELS) {
    refuse(action, 'in_channels', `at most ${MOST_CHANNELS} more than out_channels (${outputs})`, inputs);
  }
  if (inputs !== outputs && outputs === 2 * Number(inputs)) {
    refuse(action, 'out_channels', `in_channels (${inputs}), as a learned variance is not supported`, outputs);
  }
}
