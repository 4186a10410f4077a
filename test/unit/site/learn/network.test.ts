import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { blocksOf } from '#site/views/learn/network/blocks.ts';
import { embeddingOf } from '#site/views/learn/network/embedding.ts';
import { tiles } from '#site/views/learn/network/tiles.ts';
import { expectClose } from '#test/compare.ts';
import { timeEmbedding } from '#training/model/time-embedding.ts';

describe('embeddingOf', () => {
  test.each([
    [true, 0],
    [false, 1],
  ])('is what the network computes: flip_sin_to_cos %s, freq_shift %d', (flip_sin_to_cos, freq_shift) => {
    const width = 12;
    const embed = timeEmbedding({ count: 1000, width, shift: freq_shift, cosFirst: flip_sin_to_cos });
    for (const t of [0, 1, 350, 999]) {
      const expected = embed({ training: false }, tf.tensor1d([t])).dataSync() as Float32Array;
      const found = embeddingOf(t, { block_out_channels: [width], flip_sin_to_cos, freq_shift });
      expectClose(found, expected, { absolute: 1e-4 });
    }
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
