/** Configuration of `VQModel`: diffusers' keys and defaults. Keys of unsupported features are accepted at their "off" value. */
import { sampleSize } from '@onnoise/scheduler/model';
import {
  anything,
  flag,
  integer,
  nullable,
  number,
  oneOf,
  only,
  readObject,
  withDefault,
} from '@onnoise/scheduler/rules';
import { checkHalves, HALVES_RULES } from './autoencoder-config.ts';
import { type Read, UNTOLD } from './condition-config.ts';

const RULES = {
  _class_name: oneOf(['VQModel']),
  sample_size: sampleSize(4096),
  ...HALVES_RULES,
  latent_channels: withDefault(3, integer(1, 256)),
  num_vq_embeddings: withDefault(256, integer(1, 2 ** 20)),
  vq_embed_dim: withDefault(null, nullable(integer(1, 256))),
  scaling_factor: withDefault(0.18215, number({ above: 0 })),
  norm_type: only('group'),
  lookup_from_codebook: withDefault(false, flag),
  ...UNTOLD,
};

/**
 * | name                 | default         | meaning                                                      |
 * | -------------------- | --------------- | ------------------------------------------------------------ |
 * | num_vq_embeddings    | 256             | codes                                                        |
 * | vq_embed_dim         | latent_channels | channels of a code, and so of the latents                    |
 * | latent_channels      | 3               | between the halves and the convolutions around the codes     |
 * | scaling_factor       | 0.18215         | a diffusion model learns latents times this                  |
 * | lookup_from_codebook | false           | means nothing here: latents become codes when they are decoded |
 *
 * The others are those of `AutoencoderConfig`.
 */
export type VQConfig = Read<typeof RULES>;

const ACTION = 'read the VQModel config';

/** @throws InputError on an unknown key, a value that is not supported, or values that do not go together. */
export function readVQConfig(json: unknown): VQConfig {
  const passive = ['_diffusers_version', '_name_or_path', 'force_upcast'].map((name) => [name, anything]);
  const config = readObject<VQConfig>(json, ACTION, RULES, Object.fromEntries(passive));
  checkHalves(ACTION, config);
  return config;
}
