/** Pictures that are no squares, through the commands. */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareImages } from '#pipeline/index.ts';
import { loadModel } from '#runtime-node/index.ts';
import { eachLong } from '#test/each-long.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';

const folder = temporaryFolder();
const photos = join(folder, 'photos');
const cacheDir = join(folder, 'cache');

/** From black at the left to white at the right, and the other way in a band of the upper quarter. */
async function ramp(width: number, height: number, path: string): Promise<void> {
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
    const level = Math.round((255 * (i % width)) / (width - 1));
    return i < (width * height) / 4 ? 255 - level : level;
  });
  await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
}

beforeAll(async () => {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(photos);
  for (let i = 0; i < 8; i++) await ramp(90 + i, 60 + 2 * i, join(photos, `${i}.png`));
});

const TINY = [
  '--model._class_name',
  'UNet2DModel',
  '--model.block_out_channels',
  '4,8',
  '--model.norm_num_groups',
  '2',
];
const BLOCKS = ['DownBlock2D,DownBlock2D', 'UpBlock2D,UpBlock2D'];

/** A picture whose upper half is painted anew keeps its lower half, in an animation of the proportions. */
async function expectKept(
  at: (name: string) => string,
  ok: (...args: string[]) => Promise<string>,
  { width, height }: { width: number; height: number },
): Promise<void> {
  const upper = { create: { width, height: height / 2, channels: 3, background: '#fff' } } as const;
  const mask = sharp({ create: { width, height, channels: 3, background: '#000' } });
  await mask.composite([{ input: upper, gravity: 'north' }]).toFile(at('mask.png'));
  const given = ['sample', '--model', at('model'), '--steps', '2', '--count', '1'];
  await ok(...given, '--seed', '1', '--singles', at('from'), '--out', at('sheet.png'));
  const from = join(at('from'), '1.png');
  const animated = ['--animation', at('forming.webp'), '--singles', at('filled'), '--out', at('sheet.png')];
  await ok(...given, '--seed', '2', '--from', from, '--mask', at('mask.png'), ...animated);
  const [before, after] = await Promise.all(
    [from, join(at('filled'), '2.png')].map((file) => sharp(file).raw().toBuffer()),
  );
  const half = before!.length / 2;
  expect(after!.subarray(half).equals(before!.subarray(half))).toBe(true);
  expect(after!.subarray(0, half).equals(before!.subarray(0, half))).toBe(false);
  const { width: wide, pageHeight, height: high } = await sharp(at('forming.webp')).metadata();
  expect((wide! - 4) / width).toBe(((pageHeight ?? high!) - 4) / height);
}

describe('pictures of another width than height', () => {
  eachLong(
    [
      { size: '8x12', width: 8, height: 12, converted: false },
      { size: '40x64', width: 40, height: 64, converted: true },
      { size: '96x32', width: 96, height: 32, converted: true },
      { size: '56x72', width: 56, height: 72, converted: true },
    ],
    'of $size go from training to a sample, in the same order of sides',
    async ({ size, width, height, converted }) => {
      const at = (name: string) => join(folder, `${size}-${name}`);
      const ok = async (...args: string[]) => {
        const result = await runCli(...args);
        expect(result, args.join(' ')).toMatchObject({ code: 0 });
        return result.stdout;
      };
      const given = ['--data', photos, '--size', size, '--cache-dir', cacheDir];
      expect(await ok('prepare', ...given, '--sheet', at('sheet.png'))).toContain(`8 images of ${width} x ${height}`);
      await ok(
        ...[
          'train',
          ...given,
          '--out',
          at('run'),
          '--steps',
          '2',
          '--batch',
          '2',
          '--sample-steps',
          '2',
          '--sample-count',
          '1',
        ],
        ...[...TINY, '--model.down_block_types', BLOCKS[0]!, '--model.up_block_types', BLOCKS[1]!, '--flip', 'true'],
      );
      await ok('export', '--run', at('run'), '--out', at('model'));
      if (converted) {
        await ok('train', '--resume', '--out', at('run'), '--steps', '3');
        await ok('convert', '--model', at('model'), '--format', 'float16', '--drift', '1', '--out', at('half'));
        await ok('convert', '--model', at('half'), '--fuse', 'loop', '--out', at('fused'));
      }
      await ok(
        'sample',
        '--model',
        at(converted ? 'half' : 'model'),
        '--steps',
        '2',
        '--count',
        '1',
        '--out',
        at('one.png'),
      );
      const { width: wide, height: high } = await sharp(at('one.png')).metadata();
      expect((wide! - 4) / width).toBe((high! - 4) / height); // a border of two pixels, and whole pixels within
      await expectKept(at, ok, { width, height });
      const strip = await sharp(at('run/denoising.png')).metadata();
      expect((strip.width! - 4) % (4 + width * Math.max(1, Math.round(128 / width)))).toBe(0);
      const model = await loadModel(at('model'));
      const { images, shape } = await model.sample({ count: 1, steps: 2 });
      expect([shape, images.length]).toEqual([[1, height, width], width * height]);
    },
  );

  it.each([
    ['crop', '24x8', 'the middle, in proportion'],
    ['pad', '8x24', 'the whole, with a border above and below'],
  ] as const)('%s to %s keeps %s', async (fit, size, _) => {
    const images = await prepareImages({ data: photos, size, fit, cacheDir });
    const [width, height] = size.split('x').map(Number) as [number, number];
    expect(images).toMatchObject({ width, height });
    const pixels = new Uint8Array(width * height);
    await images.read([0], pixels);
    images.close();
    const row = (y: number) => [...pixels.subarray(y * width, (y + 1) * width)];
    const rising = (levels: number[]) => levels.every((level, i) => i === 0 || level > levels[i - 1]!);
    expect(rising(row(height / 2))).toBe(true);
    if (fit === 'pad') expect([...new Set([...row(0), ...row(height - 1)])]).toEqual([0]);
    else expect(row(height / 2)[0]).toBeLessThan(10); // not cut at the sides
  });

  it.each([
    ['40x', 'or width x height such as 96x64, received "40x"'],
    ['40x0', 'or width x height such as 96x64, received "40x0"'],
    ['4x9999', 'or width x height such as 96x64, received "4x9999"'],
    ['40x30', 'sample_size must be divisible by 4, its total stride, received [30, 40]'],
  ])('are refused at %s', async (size, sentence) => {
    const given = ['--data', photos, '--preset', 'small', '--size', size, '--out', join(folder, 'none')];
    const { code, stderr } = await runCli('train', ...given, '--steps', '1');
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('are not continued as squares, nor turned', async () => {
    const given = ['train', '--resume', '--out', join(folder, '8x12-run'), '--size'];
    for (const size of ['12x8', '12']) expect((await runCli(...given, size)).stderr).toContain('must be [12, 8]');
  });
});
