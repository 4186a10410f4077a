/** Networks that are too narrow for what they draw. */
import type { DescribedModel } from '../model/described.ts';
import type { TrainConfig } from '../settings/config-types.ts';

/** Widths are chosen in steps of this. */
const WIDTH_STEP = 16;

/**
 * A note where the first level has fewer channels than a patch has values: what it lets through has fewer dimensions than the noise
 * that it must predict, so some of that stays in every picture. Masks that are drawn count with a plane for each class.
 */
export function noteOnNarrow(
  { model: config }: Pick<TrainConfig, 'model'>,
  { shape }: Pick<DescribedModel, 'shape'>,
): string[] {
  const { patch_size: patch = 1, block_out_channels: widths } = config;
  if (!Array.isArray(widths) || typeof patch !== 'number') return [];
  const [first, ...others] = widths as number[];
  const values = shape[0] * patch * patch;
  if (first === undefined || first >= values) return [];
  const wide = [WIDTH_STEP * Math.ceil(values / WIDTH_STEP), ...others].join();
  return [
    `The network's first level has ${first} channels for the ${values} values of ${patch === 1 ? 'a pixel' : `${patch} x ${patch} pixels`}, so noise will stay in its pictures. Try --model.block_out_channels ${wide}.`,
  ];
}
