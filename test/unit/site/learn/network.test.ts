import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { blocksOf, skipsOf, tiles } from '#site/views/learn/network/blocks.ts';
import { alike, embeddingOf, optionsOf } from '#site/views/learn/network/embedding.ts';
import { expectClose } from '#test/compare.ts';
import { timeEmbedding } from '#training/layers/time-embedding.ts';
import { createModel } from '#training/model/model.ts';

test.each([
  [true, 0],
  [false, 1],
])('embeddingOf is what the network computes: flip_sin_to_cos %s, freq_shift %d', (flip_sin_to_cos, freq_shift) => {
  const width = 12;
  const embed = timeEmbedding({ count: 1000, width, shift: freq_shift, cosFirst: flip_sin_to_cos });
  const options = optionsOf({ block_out_channels: [width], flip_sin_to_cos, freq_shift });
  for (const t of [0, 1, 350, 999]) {
    const expected = embed({ training: false }, tf.tensor1d([t])).dataSync() as Float32Array;
    expectClose(embeddingOf(t, options), expected, { absolute: 1e-4 });
  }
  const of = (a: number, b: number) => alike(embeddingOf(a, options), embeddingOf(b, options));
  expect(of(400, 400)).toBeCloseTo(1, 6);
  expect(of(60, 380), 'only the distance counts').toBeCloseTo(of(10, 330), 5);
});

const SHIPPED = join(import.meta.dirname, '..', '..', '..', '..', 'models', 'digits', 'unet', 'config.json');
const WIDTHS = [8, 16, 32];
const LARGE = {
  _class_name: 'UNet2DModel',
  sample_size: 32,
  block_out_channels: WIDTHS,
  layers_per_block: 2,
  down_block_types: WIDTHS.map(() => 'DownBlock2D'),
  up_block_types: WIDTHS.map(() => 'UpBlock2D'),
  norm_num_groups: 4,
  add_attention: false,
};

test('skipsOf finds what each block takes: what comes from below, and the skip, as the network has them', async () => {
  const shipped = JSON.parse(await readFile(SHIPPED, 'utf8'));
  for (const [config, blocks, count] of [
    [shipped, blocksOf(shipped, 28), 4],
    [LARGE, blocksOf({ ...LARGE, flip_sin_to_cos: true, freq_shift: 0 }, 32), 9],
  ] as const) {
    const { parameters } = createModel(config);
    const skips = skipsOf(blocks);
    expect(skips).toHaveLength(count);
    for (const { from, to, below } of skips) {
      const { shape } = parameters.find(({ name }) => name === `${to.module}.conv1.weight`)!;
      expect(from.channels + below, to.module).toBe(shape[1]);
    }
  }
});

test('tiles lays maps out with a gap, negative and positive in two colours', () => {
  const { width, rgba } = tiles(Float32Array.of(1, -1, 0.5, 0, 1, 1), { count: 3, height: 1, width: 2, columns: 2 });
  const at = (x: number, y: number) => rgba.slice(4 * (y * width + x), 4 * (y * width + x) + 4).join();
  const [orange, blue] = ['251,146,60,255', '96,165,250,255'];
  expect([at(0, 0), at(1, 0), at(2, 0), at(4, 0), at(1, 2)]).toEqual([orange, blue, '0,0,0,0', '0,0,0,255', orange]);
});
