/** Configuration of the tutorial's network; the defaults are the tutorial's numbers. */
import {
  type ConditionSpec,
  integer,
  listOf,
  oneOf,
  type Rules,
  readObject,
  rule,
  withDefault,
} from '@onnoise/scheduler';
import { CONDITION_RULES } from './condition-config.ts';

/**
 * | name                | default                   | meaning                                                            |
 * | ------------------- | ------------------------- | ------------------------------------------------------------------ |
 * | sample_size         | 64                        | height and width, pixels; divisible by 2^(levels)                  |
 * | image_channels      | 1                         | of sample and prediction                                           |
 * | channels            | [64, 128, 256, 512, 1024] | widths from the first convolution to the bottom, one per level     |
 * | time_emb_dim        | 32                        | width of the time embedding, even                                  |
 * | num_class_embeds    | null                      | rows of the class embedding, added to the time's; null: no classes |
 * | null_condition      | false                     | trained without a condition too; the last class is then the null class |
 * | conditions          | []                        | numbers it is conditional on: name, mean, std, min, max            |
 * | num_train_timesteps | 300                       | T, rows of the time embedding's table                              |
 */
export interface SimpleUnetConfig {
  _class_name: 'SimpleUnet';
  sample_size: number;
  image_channels: number;
  channels: number[];
  time_emb_dim: number;
  num_class_embeds: number | null;
  null_condition: boolean;
  conditions: ConditionSpec[];
  num_train_timesteps: number;
}

const WIDTH = integer(4, 4096);
const EVEN = rule<number>('an even integer from 4 to 4096', (value) => WIDTH.holds(value) && value % 2 === 0);

const RULES: Rules<SimpleUnetConfig> = {
  _class_name: oneOf(['SimpleUnet']),
  sample_size: withDefault(64, integer(2, 4096)),
  image_channels: withDefault(1, integer(1, 64)),
  channels: withDefault([64, 128, 256, 512, 1024], listOf(integer(1, 8192), 2)),
  time_emb_dim: withDefault(32, EVEN),
  ...CONDITION_RULES,
  num_train_timesteps: withDefault(300, integer(1, 100_000)),
};

/** @throws InputError on an unknown key or a value that is not supported. */
export const readSimpleUnetConfig = (json: unknown): SimpleUnetConfig =>
  readObject(json, 'read the SimpleUnet config', RULES);
