import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { createModel, NETWORKS } from '#training/model/index.ts';

const CLASSES = NETWORKS.map(({ className }) => className).join(' or ');

const simple = { _class_name: 'SimpleUnet', channels: [4, 8], sample_size: 8 };
const unet = {
  _class_name: 'UNet2DModel',
  sample_size: 8,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  norm_num_groups: 4,
};

describe('createModel', () => {
  it("fills in the tutorial's numbers for SimpleUnet", () => {
    expect(createModel({ _class_name: 'SimpleUnet' }).config).toEqual({
      _class_name: 'SimpleUnet',
      sample_size: 64,
      image_channels: 1,
      channels: [64, 128, 256, 512, 1024],
      time_emb_dim: 32,
      num_class_embeds: null,
      num_train_timesteps: 300,
      act_fn: 'relu',
      norm_type: 'batch',
      norm_num_groups: 32,
      residual_connections: false,
      dropout: 0,
      attention_levels: [],
    });
  });

  it("fills in diffusers' defaults for UNet2DModel, and T", () => {
    const { config } = createModel({ ...unet, _diffusers_version: '0.42.0' });
    expect(config).toMatchObject({ layers_per_block: 2, attention_head_dim: 8, norm_eps: 1e-5, add_attention: true });
    expect(config).toMatchObject({ num_train_timesteps: 1000, flip_sin_to_cos: true, downsample_padding: 1 });
    expect(config).not.toHaveProperty('_diffusers_version');
  });

  it('reads what diffusers wrote in 2022', () => {
    // google/ddpm-cifar10-32
    const given = {
      _class_name: 'UNet2DModel',
      _diffusers_version: '0.0.4',
      act_fn: 'silu',
      attention_head_dim: null,
      block_out_channels: [128, 256, 256, 256],
      center_input_sample: false,
      downsample_padding: 0,
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
      flip_sin_to_cos: false,
      freq_shift: 1,
      in_channels: 3,
      layers_per_block: 2,
      mid_block_scale_factor: 1,
      norm_eps: 1e-6,
      norm_num_groups: 32,
      out_channels: 3,
      sample_size: 32,
      time_embedding_type: 'positional',
    };
    const model = createModel(given);
    expect(model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(35_746_307);
    const former = { act_fn: 'swish', resnet_act_fn: null, num_res_blocks: null, num_train_timesteps: null };
    expect(createModel({ ...given, ...former }).config).toEqual(model.config);
    expect(() => createModel({ ...given, num_res_blocks: 2 })).toThrow('unknown key "num_res_blocks"');
  });

  it('takes its own complete config back', () => {
    for (const given of [simple, unet]) {
      const { config } = createModel(given);
      expect(createModel(JSON.parse(JSON.stringify(config))).config).toEqual(config);
    }
  });

  it.each<[unknown, string]>([
    [null, `_class_name must be ${CLASSES}, received undefined`],
    [{ _class_name: 'UNet3D' }, `_class_name must be ${CLASSES}, received "UNet3D"`],
    [{ ...simple, chanels: [1] }, 'unknown key "chanels". Known keys: _class_name, sample'],
    [{ ...simple, constructor: 1 }, 'unknown key "constructor"'],
    [{ ...simple, channels: [4] }, 'channels must be a list of at least 2'],
    [{ ...simple, time_emb_dim: 7 }, 'time_emb_dim must be an even integer'],
    [
      { ...simple, act_fn: 'tanh' },
      'Cannot read the SimpleUnet config: act_fn must be one of relu, silu, gelu, mish, received "tanh".',
    ],
    [{ ...simple, norm_type: 'layer' }, 'norm_type must be one of batch, group, received'],
    [
      { ...simple, attention_levels: [0, 2] },
      'attention_levels must be different levels from 0, the outermost, to 1, the bottom, received [0, 2]',
    ],
    [
      { ...simple, attention_levels: ['bottom'] },
      'attention_levels must be a list, each an integer of at least 0, received ["bottom"]',
    ],
    [
      { ...simple, norm_type: 'group', norm_num_groups: 8 },
      'norm_num_groups must be a divisor of all channels (4), received 8',
    ],
    [
      { ...simple, attention_levels: [1] },
      'norm_num_groups must be a divisor of all channels of attention_levels (8), received 32',
    ],
    [
      { ...unet, sample_size: undefined },
      'sample_size must be an integer from 1 to 4096, or two of them, [height, width], received undefined',
    ],
    [{ ...unet, act_fn: 'tanh' }, 'act_fn must be one of relu, silu, gelu, mish, swish, received "tanh"'],
    [{ ...unet, norm_eps: 0 }, 'norm_eps must be a number above 0 and of at most 1, received 0'],
    [{ ...unet, mid_block_type: 'X' }, 'must be one of UNetMidBlock2D, null, received "X"'],
    [{ ...unet, down_block_types: ['SkipDownBlock2D', 'DownBlock2D'] }, 'AttnDownBlock2D'],
    [{ ...unet, up_block_types: ['UpBlock2D'] }, 'up_block_types must be a list of 2'],
    [{ ...unet, norm_num_groups: 3 }, 'norm_num_groups must be a divisor of every'],
    [{ ...unet, attn_norm_num_groups: 5 }, 'attn_norm_num_groups must be null or a divisor of 16, received 5'],
    [
      { ...unet, resnet_time_scale_shift: 'ada_group' },
      'resnet_time_scale_shift must be one of default, scale_shift, received "ada_group"',
    ],
    [{ ...unet, attention_head_dim: 5 }, 'attention_head_dim must be null or a divisor of'],
    [{ ...unet, out_channels: 6 }, 'out_channels must be in_channels (3), received 6'],
    [{ ...unet, num_class_embeds: 0 }, 'num_class_embeds must be null or an integer from 1'],
  ])('refuses %j', (config, message) => {
    expect(() => createModel(config)).toThrow(InputError);
    expect(() => createModel(config)).toThrow(message);
  });
});
