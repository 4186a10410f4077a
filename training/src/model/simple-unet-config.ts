/** Configuration of the tutorial's network; the defaults are the tutorial's numbers. */

import { sampleSize } from '@onnoise/scheduler/model';
import { flag, integer, listOf, number, oneOf, readObject, refuse, rule, withDefault } from '@onnoise/scheduler/rules';
import { ACTIVATION_NAMES } from '../layers/activation.ts';
import { CONDITION_RULES, type Read } from './condition-config.ts';

/** Normalisation after each 3 x 3 convolution. */
const NORM_TYPES = ['batch', 'group'] as const;

const WIDTH = integer(4, 4096);
const EVEN = rule<number>('an even integer from 4 to 4096', (value) => WIDTH.holds(value) && value % 2 === 0);

const RULES = {
  _class_name: oneOf(['SimpleUnet']),
  sample_size: withDefault(64, sampleSize(4096, 2)),
  image_channels: withDefault(1, integer(1, 256)),
  channels: withDefault([64, 128, 256, 512, 1024], listOf(integer(1, 8192), 2)),
  time_emb_dim: withDefault(32, EVEN),
  ...CONDITION_RULES,
  num_train_timesteps: withDefault(300, integer(1, 100_000)),
  act_fn: withDefault('relu', oneOf(ACTIVATION_NAMES)),
  norm_type: withDefault('batch', oneOf(NORM_TYPES)),
  norm_num_groups: withDefault(32, integer(1, 8192)),
  residual_connections: withDefault(false, flag),
  attention_levels: withDefault([], listOf(integer(0))),
  dropout: withDefault(0, number({ min: 0, below: 1 })),
};

/**
 * | name                 | default                   | meaning                                                            |
 * | -------------------- | ------------------------- | ------------------------------------------------------------------ |
 * | sample_size          | 64                        | side in pixels, or [height, width]; divisible by 2^(levels)        |
 * | image_channels       | 1                         | of sample and prediction                                           |
 * | channels             | [64, 128, 256, 512, 1024] | widths from the first convolution to the bottom, one per level     |
 * | time_emb_dim         | 32                        | width of the time embedding, even                                  |
 * | num_class_embeds     | null                      | rows of the class embedding, added to the time's; null: no classes |
 * | null_condition       | false                     | trained without a condition too; the last class is then the null class |
 * | conditions           | []                        | numbers it is conditional on: name, mean, std, min, max            |
 * | condition_image      | null                      | a mask, { classes: [...] }, or picture, { channels: 3 }, beside the sample |
 * | mask_output          | null                      | a mask that is drawn too, { classes: [...] }: a plane each after the picture's channels |
 * | num_train_timesteps  | 300                       | T, rows of the time embedding's table                              |
 * | act_fn               | relu                      | relu, silu or gelu, wherever the tutorial has ReLU                 |
 * | norm_type            | batch                     | batch or group: normalisation after each 3 x 3 convolution         |
 * | norm_num_groups      | 32                        | of each GroupNorm; divides its channels                            |
 * | residual_connections | false                     | around the two convolutions of a block, 1 x 1 if widths differ     |
 * | attention_levels     | []                        | levels with self-attention: level k has channels[k] and pixels / 2^k |
 * | dropout              | 0                         | share of the values that each block drops before its second convolution |
 */
export type SimpleUnetConfig = Read<typeof RULES>;

const ACTION = 'read the SimpleUnet config';

/** @throws InputError on an unknown key, a value that is not supported, or values that do not go together. */
export function readSimpleUnetConfig(json: unknown): SimpleUnetConfig {
  const config = readObject<SimpleUnetConfig>(json, ACTION, RULES);
  const { channels, attention_levels: levels, norm_num_groups: groups } = config;
  const bottom = channels.length - 1;
  if (levels.some((level) => level > bottom) || new Set(levels).size < levels.length) {
    const words = `different levels from 0, the outermost, to ${bottom}, the bottom`;
    refuse(ACTION, 'attention_levels', words, levels);
  }
  const normalised = config.norm_type === 'group' ? channels : levels.map((level) => channels[level]!);
  for (const width of normalised) {
    if (width % groups === 0) continue;
    const where = config.norm_type === 'group' ? 'channels' : 'channels of attention_levels';
    refuse(ACTION, 'norm_num_groups', `a divisor of all ${where} (${width})`, groups);
  }
  return config;
}
