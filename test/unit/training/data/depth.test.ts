/** Gray levels of 16 bits, from the file to what a network sees and to a picture again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '#base/arrays/npy.ts';
import { type PrepareImagesOptions, prepareImages } from '#pipeline/index.ts';
import { sheet } from '#runtime-node/index.ts';
import { toDeepLevel } from '#scheduler/model/index.ts';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';
import { readFloats } from '#training/data/index.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** All over the range, with neighbours that 8 bits cannot tell apart. */
const levels = Uint16Array.from({ length: 48 }, (_, i) => (i * 1370 + (i % 3)) % 65_536);
levels[5] = 65_535;

const encoded = (pixels: Uint16Array) =>
  sharp(pixels, { raw: { width: 8, height: 6, channels: 1 } }).toColourspace('grey16');

async function prepared(data: string, options: Partial<PrepareImagesOptions> = {}) {
  const shape = { size: '8x6' as const, validationShare: 0, cacheDir: at('cache') };
  return prepareImages({ data, ...shape, depth: 16, ...options });
}

describe('images of 16 bits', () => {
  it.each([
    ['PNG', async () => writeFiles(at('png'), { 'a.png': encoded(levels).png() }), 'png'],
    [
      'TIFF',
      async () => writeFiles(at('tiff'), { 'a.tiff': encoded(levels).tiff({ compression: 'deflate' }) }),
      'tiff',
    ],
    ['an array', async () => writeFileSync(at('a.npy'), writeNpy(levels, [1, 6, 8])), 'a.npy'],
  ])('of %s keep every level, to the network and back', async (_, write, data) => {
    await write();
    const images = await prepared(at(data));
    expect(images).toMatchObject({ depth: 16, channels: 1, width: 8, height: 6 });
    const stored = new Uint16Array(48);
    await images.readDeep!([0], stored);
    expect([...stored]).toEqual([...levels]);
    const floats = await readFloats(images, [0]);
    expect([...floats].map(toDeepLevel)).toEqual([...levels]);
    const mirrored = [...(await readFloats(images, [0], [1]))].map(toDeepLevel);
    expect(mirrored.slice(0, 8)).toEqual([...levels.subarray(0, 8)].reverse());
    const bytes = new Uint8Array(48);
    await images.read([0], bytes);
    expect([...bytes]).toEqual([...levels].map((level) => Math.round(level / 257)));
    images.close();
    expect((await prepared(at(data))).cached).toBe(true);
    expect(await prepared(at(data), { depth: 8 })).toMatchObject({ cached: false, channels: 1 });
  });

  it('are pictures of 8 bits with 257 times their levels, and colours in gray', async () => {
    const rgb = sharp(new Uint8Array(3 * 48).fill(200).fill(10, 0, 3), { raw: { width: 8, height: 6, channels: 3 } });
    await writeFiles(at('eight'), { 'a.png': rgb.png() });
    const images = await prepared(at('eight'));
    const stored = new Uint16Array(48);
    await images.readDeep!([0], stored);
    images.close();
    expect([images.channels, stored[0], stored[47]]).toEqual([1, 2570, 51_400]);
  });

  it('of colour keep every level with channels 3, and become gray of 8 bits without, with a note', async () => {
    const colours = Uint16Array.from({ length: 3 * 48 }, (_, i) => levels[Math.floor(i / 3)]! >> (i % 3));
    const rgb = sharp(colours, { raw: { width: 8, height: 6, channels: 3 } }).toColourspace('rgb16');
    const clear = sharp({
      create: { width: 8, height: 6, channels: 4, background: { r: 200, g: 100, b: 0, alpha: 0.2 } },
    });
    await writeFiles(at('colour'), {
      'a.png': rgb.clone().png(),
      'b.tiff': rgb.clone().tiff({ compression: 'deflate' }),
      'c.png': encoded(levels).png(),
      'd.png': clear.png(),
    });
    const images = await prepared(at('colour'), { channels: 3 });
    expect(images).toMatchObject({ depth: 16, channels: 3, count: 4, skipped: [] });
    const planes = [0, 1, 2].flatMap((c) => [...levels].map((level) => level >> c));
    const read = async (i: number) => {
      const stored = new Uint16Array(3 * 48);
      await images.readDeep!([i], stored);
      return [...stored];
    };
    expect(await read(0)).toEqual(planes);
    expect(await read(1)).toEqual(planes);
    expect(await read(2)).toEqual([...levels, ...levels, ...levels]);
    const over = await read(3);
    expect([over[0], over[48], over[96]]).toEqual([200, 100, 0].map((level) => (level * 257) / 5));
    images.close();
    expect(images.notes).toEqual([expect.stringContaining('1 image with transparent pixels, which become black')]);
    const gray = await prepared(at('colour'));
    gray.close();
    expect(gray).toMatchObject({ depth: 16, channels: 1 });
    expect(gray.notes).toContain(
      '3 of 4 images have colour, which becomes gray of 8 bits (channels 3 keeps it, and 16 bits).',
    );
  });

  it('go through training to a picture of 16 bits', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 4 }, (_, i) => [`${i}.png`, encoded(levels.map((l) => l >> i)).png()]),
    );
    await writeFiles(at('many'), many);
    const tiny = ['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'];
    const given = ['--data', at('many'), '--size', '8x6', '--depth', '16', '--cache-dir', at('cache')];
    const pictures = ['--sample-steps', '2', '--sample-count', '1', '--steps', '2', '--batch', '2', ...tiny];
    await done(runCli('train', ...given, ...pictures, '--out', at('run')));
    await done(runCli('export', '--run', at('run'), '--out', at('model')));
    const drawn = ['sample', '--model', at('model'), '--steps', '2', '--count', '2', '--depth', '16'];
    await done(runCli(...drawn, '--out', at('two.npy'), '--singles', at('singles')));
    const array = readFileSync(at('two.npy'));
    const values = new Uint16Array(
      array.buffer.slice(array.byteOffset + array.length - 192, array.byteOffset + array.length),
    );
    const { data, info } = await sharp(at('singles/0.png'))
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels, (await sharp(at('singles/0.png')).metadata()).depth]).toEqual([
      8,
      6,
      1,
      'ushort',
    ]);
    expect([...new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length))]).toEqual([
      ...values.subarray(0, 48),
    ]);
    expect(new Set([...values].map((value) => value % 257)).size).toBeGreaterThan(10); // finer than 8 bits
    const jpeg = await runCli(...drawn, '--out', at('two.jpg'));
    expect([jpeg.code, jpeg.stderr]).toEqual([
      2,
      expect.stringContaining('--out must end in .png, .tiff, .tif or .npy with --depth 16'),
    ]);
  });

  it('keep what black and white measure, and a sample has it again', async () => {
    const hounsfield = Float32Array.from({ length: 4 * 48 }, (_, i) => -1000 + (2000 * i) / 191);
    writeFileSync(at('ct.npy'), writeNpy(hounsfield, [4, 6, 8]));
    const tiny = ['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'];
    const pictures = ['--sample-steps', '2', '--sample-count', '1', '--steps', '2', '--batch', '2', ...tiny];
    const given = ['--data', at('ct.npy'), '--size', '8x6', '--cache-dir', at('cache')];
    const trained = await runCli('train', ...given, ...pictures, '--validation-share', '0', '--out', at('ct-run'));
    expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining('Black is -1000 and white 1000')]);
    await done(runCli('export', '--run', at('ct-run'), '--out', at('ct')));
    expect(JSON.parse(readFileSync(at('ct/training.json'), 'utf8')).data.levels).toEqual({ black: -1000, white: 1000 });
    const drawn = ['sample', '--model', at('ct'), '--steps', '2', '--count', '1'];
    await done(runCli(...drawn, '--units', '--out', at('units.npy')));
    await done(runCli(...drawn, '--depth', '16', '--out', at('levels.npy')));
    const tail = (name: string, bytes: number) => {
      const file = readFileSync(at(name));
      return file.buffer.slice(file.byteOffset + file.length - bytes, file.byteOffset + file.length);
    };
    const units = new Float32Array(tail('units.npy', 192));
    const drawnLevels = new Uint16Array(tail('levels.npy', 96));
    const half = 1000 / 65_535; // half a level
    for (const [i, level] of drawnLevels.entries()) {
      expect(Math.abs(units[i]! - (-1000 + (2000 * level) / 65_535))).toBeLessThan(half + 1e-3);
    }
    const png = await runCli(...drawn, '--units', '--out', at('units.png'));
    expect([png.code, png.stderr]).toEqual([
      2,
      expect.stringContaining('--out must end in .npy, .tiff or .tif with --units'),
    ]);
    const digits = await runCli('sample', '--units', '--out', at('units.npy'));
    expect([digits.code, digits.stderr]).toEqual([2, expect.stringContaining('--units must be left out')]);
  });

  it('have in common what a window says', async () => {
    await writeFiles(at('windowed'), { 'a.png': encoded(levels).png() });
    const images = await prepared(at('windowed'), { window: '40,400' });
    expect(images.levels).toEqual({ black: -160, white: 240 });
    expect((await prepared(at('windowed'))).levels).toBeUndefined();
  });

  it('are drawn in colour, too', async () => {
    const images = Float32Array.from({ length: 3 * 48 }, (_, i) => i / 72 - 1);
    const png = await sheet(images, [3, 6, 8], 1, { depth: 16, gap: 0, scale: 1 });
    const { data } = await sharp(png)
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const values = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
    expect([...values.subarray(0, 3)]).toEqual([0, 48, 96].map((i) => toDeepLevel(images[i]!)));
  });
});
