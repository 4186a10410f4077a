/** Pictures that are no squares, through the commands. */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { eachLong } from '#test/each-long.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';

const folder = temporaryFolder();
const photos = join(folder, 'photos');

/** From black at the left to white at the right, and the other way in a band of the upper quarter. */
const ramp = (width: number, height: number) =>
  grayPicture(width, height, (x, y) => {
    const level = Math.round((255 * x) / (width - 1));
    return y < height / 4 ? 255 - level : level;
  });

beforeAll(() =>
  writeFiles(photos, Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.png`, ramp(90 + i, 60 + 2 * i)]))),
);
const train = (out: string, ...args: string[]) =>
  trainTiny(photos, join(folder, out), '--steps', '2', '--cache-dir', join(folder, 'cache'), ...args);

describe('pictures of another width than height', () => {
  eachLong(
    [
      { size: '8x12', width: 8, height: 12, converted: false },
      { size: '96x32', width: 96, height: 32, converted: true },
    ],
    'of $size go from training to a sample, in the same order of sides',
    async ({ size, width, height, converted }) => {
      const at = (name: string) => join(folder, `${size}-${name}`);
      const ok = (...args: string[]) => done(runCli(...args));
      await done(train(`${size}-run`, '--size', size, '--flip'));
      await ok('export', '--run', at('run'), '--out', at('model'));
      if (converted) {
        await ok('train', '--resume', '--out', at('run'), '--steps', '3');
        await ok('convert', '--model', at('model'), '--format', 'float16', '--drift', '1', '--out', at('half'));
        await ok('convert', '--model', at('half'), '--fuse', 'loop', '--out', at('fused'));
      }
      const small = [
        '--model',
        at(converted ? 'half' : 'model'),
        '--steps',
        '2',
        '--count',
        '1',
        '--out',
        at('one.png'),
      ];
      await ok('sample', ...small, '--singles', at('from'));
      const upper = { create: { width, height: height / 2, channels: 3, background: '#fff' } } as const;
      const mask = sharp({ create: { width, height, channels: 3, background: '#000' } });
      await mask.composite([{ input: upper, gravity: 'north' }]).toFile(at('mask.png'));
      const start = ['--seed', '2', '--from', join(at('from'), '0.png'), '--mask', at('mask.png')];
      await ok('sample', ...small, ...start, '--animation', at('forming.webp'), '--singles', at('filled'));
      const [before, after] = await Promise.all(
        ['from/0.png', 'filled/2.png'].map((file) => sharp(at(file)).raw().toBuffer()),
      );
      const half = before!.length / 2;
      expect(after!.subarray(half).equals(before!.subarray(half))).toBe(true);
      expect(after!.subarray(0, half).equals(before!.subarray(0, half))).toBe(false);
      for (const name of ['one.png', 'forming.webp']) {
        const { width: wide, pageHeight, height: high } = await sharp(at(name)).metadata();
        expect((wide! - 4) / width, name).toBe(((pageHeight ?? high!) - 4) / height); // a border of two pixels
      }
      const strip = await sharp(at('run/denoising.png')).metadata();
      expect((strip.width! - 4) % (4 + width * Math.max(1, Math.round(128 / width)))).toBe(0);
      const model = await loadModel(at('model'));
      const { images, shape } = await model.sample({ count: 1, steps: 2 });
      expect([shape, images.length]).toEqual([[1, height, width], width * height]);
    },
  );

  it.each([
    ['40x', 'or width x height such as 96x64, received "40x"'],
    ['4x9999', 'or width x height such as 96x64, received "4x9999"'],
    ['41x30', 'sample_size must be divisible by 2, its total stride, received [30, 41]'],
  ])('are refused at %s', async (size, sentence) => {
    await refuses(train('none', '--size', size), sentence);
  });

  it('are not continued as squares, nor turned', async () => {
    await done(train('run', '--size', '8x12'));
    for (const size of ['12x8', '12']) {
      const resumed = runCli('train', '--resume', '--out', join(folder, 'run'), '--size', size);
      await refuses(resumed, 'must be [12, 8]');
    }
  });
});
