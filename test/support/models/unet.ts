/** Configs of small networks of diffusers' class: by default gray pictures of 4 x 4 and one resnet a level, without attention. */
export function unetConfig({
  block_out_channels = [4],
  ...more
}: Record<string, unknown> & { block_out_channels?: number[] } = {}) {
  const blocks = (kind: string) => block_out_channels.map(() => kind);
  return {
    _class_name: 'UNet2DModel',
    sample_size: 4,
    in_channels: 1,
    out_channels: 1,
    block_out_channels,
    down_block_types: blocks('DownBlock2D'),
    up_block_types: blocks('UpBlock2D'),
    layers_per_block: 1,
    norm_num_groups: 2,
    ...more,
  };
}

/** Two levels, the lower one with attention. */
export const attentiveConfig = (more: Record<string, unknown> & { block_out_channels?: number[] } = {}) =>
  unetConfig({
    block_out_channels: [4, 8],
    attention_head_dim: 4,
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    ...more,
  });
