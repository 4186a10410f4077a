/**
 * What the tensors of a `UNet2DModel` say of its configuration. Where a checkpoint does not fit the config beside it,
 * this names the keys that are wrong.
 *
 * Limits: heads, groups, paddings and the time embedding's form leave no trace in names and shapes.
 */
import type { UNet2DConfig } from '@onnoise/training/model';

/** Shapes by name. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** Keys that tensors show. A key is undefined where they do not show it. */
function inferUNet2D(shapes: Shapes): Partial<UNet2DConfig> {
  const names = [...shapes.keys()];
  const has = (prefix: string) => names.some((name) => name.startsWith(`${prefix}.`));
  const count = (prefix: string) => countFrom((i) => has(`${prefix}.${i}`));
  const side = (name: string, axis: number) => shapes.get(name)?.[axis];
  const levels = count('down_blocks');
  if (levels === 0) return {};
  const all = <T>(of: (level: number) => T) => Array.from({ length: levels }, (_, level) => of(level));

  const widths = all((i) => side(`down_blocks.${i}.resnets.0.conv1.weight`, 0));
  const timeWidth = side('time_embedding.linear_1.weight', 0);
  const projected = side('down_blocks.0.resnets.0.time_emb_proj.weight', 0);
  const inAttention = (end: 'down' | 'up') => {
    const resampler = new RegExp(`^${end}_blocks\\.(\\d+)\\.${end}samplers\\.0\\.(conv1?)\\.weight$`);
    const kinds = names.flatMap((name) => {
      const [, level, conv] = resampler.exec(name) ?? [];
      return level !== undefined && has(`${end}_blocks.${level}.attentions`) ? [conv] : [];
    });
    return kinds.length === 0 ? undefined : kinds.includes('conv1') ? ('resnet' as const) : ('conv' as const);
  };
  return known({
    in_channels: side('conv_in.weight', 1),
    out_channels: side('conv_out.weight', 0),
    block_out_channels: widths.every((width) => width !== undefined) ? widths : undefined,
    layers_per_block: count('down_blocks.0.resnets') || undefined,
    down_block_types: all((i) => downType(i, has)),
    up_block_types: all((i) => upType(i, has)),
    downsample_type: inAttention('down'),
    upsample_type: inAttention('up'),
    mid_block_type: has('mid_block') ? ('UNetMidBlock2D' as const) : null,
    add_attention: has('mid_block') ? has('mid_block.attentions') : undefined,
    time_embedding_dim: timeWidth === 4 * (widths[0] ?? 0) ? null : timeWidth,
    resnet_time_scale_shift:
      projected === undefined
        ? undefined
        : projected === 2 * (widths[0] ?? 0)
          ? ('scale_shift' as const)
          : ('default' as const),
    num_class_embeds: side('class_embedding.weight', 0) ?? null,
  });
}

/** The last level on the way down has no resampling, so a residual one looks plain. */
function downType(level: number, has: (prefix: string) => boolean): UNet2DConfig['down_block_types'][number] {
  const block = `down_blocks.${level}`;
  if (has(`${block}.attentions`)) return 'AttnDownBlock2D';
  return has(`${block}.downsamplers.0.conv1`) ? 'ResnetDownsampleBlock2D' : 'DownBlock2D';
}

function upType(level: number, has: (prefix: string) => boolean): UNet2DConfig['up_block_types'][number] {
  const block = `up_blocks.${level}`;
  if (has(`${block}.attentions`)) return 'AttnUpBlock2D';
  return has(`${block}.upsamplers.0.conv1`) ? 'ResnetUpsampleBlock2D' : 'UpBlock2D';
}

function countFrom(holds: (i: number) => boolean): number {
  let i = 0;
  while (holds(i)) i++;
  return i;
}

const known = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

/** A key whose value the tensors contradict. */
export interface Contradiction {
  key: keyof UNet2DConfig;
  /** As the config has it. */
  given: unknown;
  /** As the tensors have it. */
  found: unknown;
}

/** Keys that the tensors contradict. */
export function contradictions(config: UNet2DConfig, shapes: Shapes): Contradiction[] {
  const inferred = Object.entries(inferUNet2D(shapes)) as [keyof UNet2DConfig, unknown][];
  return inferred.flatMap(([key, found]) => {
    const given = config[key];
    return JSON.stringify(comparable(key, given, config)) === JSON.stringify(comparable(key, found, config))
      ? []
      : [{ key, given, found }];
  });
}

/** The last level of each way has no resampling, so there a residual block and a plain one are the same. */
function comparable(key: keyof UNet2DConfig, value: unknown, { block_out_channels: widths }: UNet2DConfig): unknown {
  if (key === 'time_embedding_dim') return value ?? 4 * widths[0]!;
  if (key !== 'down_block_types' && key !== 'up_block_types') return value;
  const types = [...(value as string[])];
  types.push(types.pop()!.replace(/^Resnet(Down|Up)sample/, '$1'));
  return types;
}
