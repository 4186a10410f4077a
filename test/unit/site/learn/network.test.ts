import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { alike, embeddingOf, frequenciesOf, optionsOf } from '#site/views/learn/network/time/embedding.ts';
import { type Block, blocksOf } from '#site/views/learn/network/u/blocks.ts';
import { rowsOf, skipsOf } from '#site/views/learn/network/u/skips.ts';
import { liveliest } from '#site/views/learn/network/u/thumb.tsx';
import { tiles } from '#site/views/learn/network/u/tiles.ts';
import { TUTORIAL, tutorialBlocks } from '#site/views/learn/network/u/tutorial.ts';
import { expectClose } from '#test/compare.ts';
import { timeEmbedding } from '#training/layers/time-embedding.ts';
import { createModel } from '#training/model/model.ts';

describe('embeddingOf', () => {
  test.each([
    [true, 0],
    [false, 1],
  ])('is what the network computes: flip_sin_to_cos %s, freq_shift %d', (flip_sin_to_cos, freq_shift) => {
    const width = 12;
    const embed = timeEmbedding({ count: 1000, width, shift: freq_shift, cosFirst: flip_sin_to_cos });
    const options = optionsOf({ block_out_channels: [width], flip_sin_to_cos, freq_shift });
    for (const t of [0, 1, 350, 999]) {
      const expected = embed({ training: false }, tf.tensor1d([t])).dataSync() as Float32Array;
      expectClose(embeddingOf(t, options), expected, { absolute: 1e-4 });
    }
  });
});

describe('alike', () => {
  const options = { dim: 48, base: 10_000, shift: 0, cosinesFirst: true };
  const of = (a: number, b: number) => alike(embeddingOf(a, options), embeddingOf(b, options));

  test('is the mean of the cosines of all angles between two times, so only their distance counts', () => {
    for (const [a, b] of [
      [0, 1],
      [350, 330],
      [10, 900],
    ] as const) {
      const angles = frequenciesOf(options).map((frequency) => (a - b) * frequency);
      expect(of(a, b)).toBeCloseTo(angles.reduce((sum, angle) => sum + Math.cos(angle), 0) / angles.length, 5);
      expect(of(a + 50, b + 50)).toBeCloseTo(of(a, b), 5);
    }
  });

  test('is 1 for the same time, and smaller the further two near ones are apart', () => {
    const near = [0, 1, 2, 3].map((gap) => of(400, 400 + gap));
    expect(near[0]).toBeCloseTo(1, 6);
    for (const [i, value] of near.slice(1).entries()) expect(value).toBeLessThan(near[i]!);
  });
});

describe('blocksOf', () => {
  test('halves the size going down and doubles it going up', () => {
    const blocks = blocksOf(
      { block_out_channels: [8, 16, 32], layers_per_block: 2, flip_sin_to_cos: true, freq_shift: 0 },
      28,
    );
    const levels = blocks.map(({ part, level, side }) => `${part} ${level} ${side}`);
    const times = (count: number, ...all: string[]) => all.flatMap((one) => Array<string>(count).fill(one));
    expect(levels).toEqual([
      ...times(3, 'down 0 28', 'down 1 14', 'down 2 7'),
      ...times(2, 'middle 2 7'),
      ...times(3, 'up 2 7'),
      ...times(4, 'up 1 14', 'up 0 28'),
    ]);
  });
});

describe('skipsOf', () => {
  /** Channels that a convolution of the network takes. */
  const inputsOf = (config: object) => {
    const { parameters } = createModel(config);
    return (layer: string) => parameters.find(({ name }) => name === `${layer}.weight`)!.shape[1];
  };

  test('finds what each block of the shipped network takes: what comes from below, and the skip', async () => {
    const file = join(import.meta.dirname, '..', '..', '..', '..', 'models', 'digits', 'unet', 'config.json');
    const config = JSON.parse(await readFile(file, 'utf8'));
    const taken = inputsOf(config);
    const skips = skipsOf(blocksOf(config, 28));
    expect(skips).toHaveLength(4);
    for (const { from, to, below } of skips) {
      expect(from.channels + below, to.module).toBe(taken(`${to.module}.conv1`));
      expect(from.side, to.module).toBe(to.side);
    }
  });

  test('finds those of larger networks, and of the tutorial’s', () => {
    const widths = [8, 16, 32];
    const config = {
      _class_name: 'UNet2DModel',
      sample_size: 32,
      block_out_channels: widths,
      down_block_types: widths.map(() => 'DownBlock2D'),
      up_block_types: widths.map(() => 'UpBlock2D'),
      layers_per_block: 2,
      norm_num_groups: 4,
      add_attention: false,
    };
    const large = blocksOf({ ...config, flip_sin_to_cos: true, freq_shift: 0 }, 32);
    const tutorial = tutorialBlocks({ channels: [4, 8, 16], size: 32 });
    const small = { _class_name: 'SimpleUnet', sample_size: 32, channels: [4, 8, 16] };
    for (const [blocks, taken, count] of [
      [large, inputsOf(config), 9],
      [tutorial, inputsOf(small), 2],
    ] as const) {
      const skips = skipsOf(blocks);
      expect(skips).toHaveLength(count);
      for (const { from, to, below } of skips)
        expect(from.channels + below, to.module).toBe(taken(`${to.module}.conv1`));
    }
  });
});

describe('rowsOf', () => {
  const rows = (blocks: readonly Block[]) =>
    rowsOf(blocks).map(({ left, skip, right }) => `${left?.module ?? ''} ${skip ? '→' : '|'} ${right?.module ?? ''}`);

  test('sets the ends of every skip side by side, and all other blocks in their order', () => {
    const config = { block_out_channels: [8, 16], layers_per_block: 1, flip_sin_to_cos: true, freq_shift: 0 };
    expect(rows(blocksOf(config, 28))).toEqual([
      'conv_in → up_blocks.1.resnets.1',
      'down_blocks.0.resnets.0 → up_blocks.1.resnets.0',
      ' | up_blocks.0.upsamplers.0.conv',
      'down_blocks.0.downsamplers.0.conv → up_blocks.0.resnets.1',
      'down_blocks.1.resnets.0 → up_blocks.0.resnets.0',
    ]);
    expect(rows(tutorialBlocks({ channels: [4, 8, 16], size: 32 }))).toEqual([
      'conv0 | output',
      'downs.0 → ups.1',
      'downs.1 → ups.0',
    ]);
  });
});

test('the tutorial’s network has the weights, channels and sides that the notebook gives', () => {
  const { parameters } = createModel({ _class_name: 'SimpleUnet' });
  const count = parameters.filter(({ trainable }) => trainable);
  expect(count.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(TUTORIAL.parameters);
  expect(tutorialBlocks().map(({ channels, side }) => `${channels} at ${side}`)).toEqual([
    ...['64 at 64', '128 at 32', '256 at 16', '512 at 8', '1024 at 4'],
    ...['512 at 8', '256 at 16', '128 at 32', '64 at 64', '1 at 64'],
  ]);
});

test('liveliest takes the map that varies most, not the largest', () => {
  const maps = { data: Float32Array.of(9, 9, 1, -1, 0, 0.5), dims: [1, 3, 1, 2] };
  expect([...liveliest(maps)]).toEqual([1, -1]);
});

describe('tiles', () => {
  test('lays maps out with a gap, negative and positive in two colours', () => {
    const { width, height, rgba } = tiles(Float32Array.of(1, -1, 0.5, 0, 1, 1), {
      count: 3,
      height: 1,
      width: 2,
      columns: 2,
    });
    expect([width, height]).toEqual([5, 3]);
    const at = (x: number, y: number) => [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
    expect(at(0, 0)).toEqual([251, 146, 60, 255]);
    expect(at(1, 0)).toEqual([96, 165, 250, 255]);
    expect(at(2, 0)).toEqual([0, 0, 0, 0]);
    expect(at(4, 0)).toEqual([0, 0, 0, 255]);
    expect(at(1, 2)).toEqual([251, 146, 60, 255]);
  });
});
