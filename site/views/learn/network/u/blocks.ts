/** The blocks of a U-Net from its config, in the order in which a picture goes through them. */
import type { UnetConfig } from '../../lesson.ts';

export interface Block {
  /** The module whose output is looked at, as diffusers names it. */
  module: string;
  title: string;
  /** Of its output. */
  channels: number;
  side: number;
  /** 0: the size of the input, 1: half of it ... */
  level: number;
  part: 'down' | 'middle' | 'up';
  /** Its output leaves as a skip, or a skip enters it. */
  skip?: 'leaves' | 'enters' | undefined;
}

/** @param size of the picture, a side */
export function blocksOf(config: UnetConfig, size: number): Block[] {
  const { block_out_channels: widths, layers_per_block: layers, patch_size: patch = 1 } = config;
  const deepest = widths.length - 1;
  const sideAt = (level: number) => Math.ceil(size / patch / 2 ** level);
  const block = (
    part: Block['part'],
    module: string,
    title: string,
    level: number,
    skip?: Block['skip'],
    channels = widths[level]!,
  ): Block => ({ module, title, channels, side: sideAt(level), level, part, skip });
  const blocks = [block('down', 'conv_in', 'First convolution', 0, 'leaves')];
  for (let level = 0; level <= deepest; level++) {
    for (let i = 0; i < layers; i++) {
      blocks.push(block('down', `down_blocks.${level}.resnets.${i}`, 'Residual block', level, 'leaves'));
    }
    if (level < deepest) {
      blocks.push(
        block('down', `down_blocks.${level}.downsamplers.0.conv`, 'Half the size', level + 1, 'leaves', widths[level]!),
      );
    }
  }
  for (const i of [0, 1]) blocks.push(block('middle', `mid_block.resnets.${i}`, 'Middle block', deepest));
  for (let level = deepest; level >= 0; level--) {
    const up = deepest - level;
    for (let i = 0; i <= layers; i++) {
      blocks.push(block('up', `up_blocks.${up}.resnets.${i}`, 'Residual block', level, 'enters'));
    }
    if (level > 0) {
      blocks.push(
        block('up', `up_blocks.${up}.upsamplers.0.conv`, 'Twice the size', level - 1, undefined, widths[level]!),
      );
    }
  }
  return blocks;
}
