/** The blocks of a U-Net, its skips, and feature maps as one picture in two colours. */
import type { UnetConfig } from '../lesson.ts';

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

/** What a block of the way down hands over to one of the way up. */
export interface Skip {
  from: Block;
  to: Block;
  /** Channels that come to `to` from below, which the skip's are laid beside. */
  below: number;
}

interface Row {
  skip?: Skip | undefined;
  right: Block;
}

/** Last in, first out: what was laid by last is taken first. @param blocks in the order in which a picture goes through */
export function skipsOf(blocks: readonly Block[]): Skip[] {
  const laidBy: Block[] = [];
  const skips: Skip[] = [];
  for (const [i, block] of blocks.entries()) {
    if (block.skip === 'leaves') laidBy.push(block);
    if (block.skip !== 'enters') continue;
    skips.push({ from: laidBy.pop()!, to: block, below: blocks[i - 1]!.channels });
  }
  return skips;
}

/** From the top of the U to its bottom, without the middle: each block of the way up, and the skip that enters it. */
export function rowsOf(blocks: readonly Block[]): Row[] {
  const skips = skipsOf(blocks);
  const rights = blocks.filter(({ part }) => part === 'up').reverse();
  return rights.map((right) => ({ skip: skips.find(({ to }) => to === right), right }));
}

interface Sheet {
  width: number;
  height: number;
  /** [height, width, 4] */
  rgba: Uint8ClampedArray;
}

interface TileOptions {
  count: number;
  height: number;
  width: number;
  columns: number;
}

const NEGATIVE = [96, 165, 250] as const;
const POSITIVE = [251, 146, 60] as const;
/** Values above this share of all are as bright as can be: a few large ones would leave the rest black. */
const BRIGHT = 0.99;

/** Of the sheet, in pixels. */
export function sheetSize({ count, height, width, columns }: TileOptions): Pick<Sheet, 'width' | 'height'> {
  const across = Math.min(columns, count);
  return { width: across * (width + 1) - 1, height: Math.ceil(count / across) * (height + 1) - 1 };
}

/** @param values [count, height, width] */
export function tiles(values: Float32Array, options: TileOptions): Sheet {
  const { count, height, width, columns } = options;
  const across = Math.min(columns, count);
  const { width: w, height: h } = sheetSize(options);
  const rgba = new Uint8ClampedArray(4 * w * h);
  const sizes = values.map(Math.abs).sort();
  const top = sizes[Math.floor(BRIGHT * (sizes.length - 1))] || 1;
  for (let n = 0; n < count; n++) {
    const left = (n % across) * (width + 1);
    const up = Math.floor(n / across) * (height + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = values[(n * height + y) * width + x]! / top;
        const colour = value < 0 ? NEGATIVE : POSITIVE;
        const at = 4 * ((up + y) * w + left + x);
        const bright = Math.min(Math.abs(value), 1);
        rgba[at] = colour[0] * bright;
        rgba[at + 1] = colour[1] * bright;
        rgba[at + 2] = colour[2] * bright;
        rgba[at + 3] = 255;
      }
    }
  }
  return { width: w, height: h, rgba };
}
