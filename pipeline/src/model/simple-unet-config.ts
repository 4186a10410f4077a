/** Configuration of the tutorial's network; the defaults are the tutorial's numbers. */
import { type Fields, integer, listOf, nullable, oneOf, readFields } from './fields.ts';

/**
 * | name                | default                   | meaning                                                            |
 * | ------------------- | ------------------------- | ------------------------------------------------------------------ |
 * | sample_size         | 64                        | height and width, pixels; divisible by 2^(levels)                  |
 * | image_channels      | 1                         | of sample and prediction                                           |
 * | channels            | [64, 128, 256, 512, 1024] | widths from the first convolution to the bottom, one per level     |
 * | time_emb_dim        | 32                        | width of the time embedding, even                                  |
 * | num_class_embeds    | null                      | classes whose embedding is added to the time's; null: unconditional |
 * | num_train_timesteps | 300                       | T, rows of the time embedding's table                              |
 */
export interface SimpleUnetConfig {
  _class_name: 'SimpleUnet';
  sample_size: number;
  image_channels: number;
  channels: number[];
  time_emb_dim: number;
  num_class_embeds: number | null;
  num_train_timesteps: number;
}

const even = integer(4, 4096, 32);

const FIELDS: Fields<SimpleUnetConfig> = {
  _class_name: oneOf(['SimpleUnet']),
  sample_size: integer(2, 4096, 64),
  image_channels: integer(1, 64, 1),
  channels: listOf(integer(1, 8192), 2, [64, 128, 256, 512, 1024]),
  time_emb_dim: { ...even, rule: 'an even integer from 4 to 4096', holds: (v) => even.holds(v) && Number(v) % 2 === 0 },
  num_class_embeds: nullable(integer(1, 100_000)),
  num_train_timesteps: integer(1, 100_000, 300),
};

/** @throws InputError on an unknown key or a value that is not supported. */
export const readSimpleUnetConfig = (json: unknown): SimpleUnetConfig =>
  readFields(json, 'read the SimpleUnet config', FIELDS);
