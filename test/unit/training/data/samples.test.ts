/** Pictures whose channels are kept: how opaque they are, and TIFF of many samples. Held against Pillow's in test/golden/images. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readTiffSamples } from '#base/pictures/tiff-head.ts';
import { allPixels, casePlaces, flatPicture, gray, prepare, writeFiles } from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { done, runCli } from '#test/run-cli.ts';
import { sentenceOf } from '#test/sentence.ts';

const place = casePlaces();
const clear = flatPicture(8, 8, 200, 100, 0, 40);

/** Levels of the first pixel of each channel of an image. */
const firsts = (pixels: Uint8Array, channels: number, image: number) =>
  Array.from({ length: channels }, (_, c) => pixels[(image * channels + c) * 64]!);

describe('--channels 4', () => {
  it('keeps how opaque pictures are, which those without an alpha channel are wholly', async () => {
    const at = place();
    const jpeg = flatPicture(8, 8, 10, 20, 30).jpeg({ quality: 100, chromaSubsampling: '4:4:4' });
    const files = {
      'a.png': clear,
      'b.png': flatPicture(8, 8, 9, 60),
      'c.png': gray(7),
      'd.webp': clear.clone().webp({ lossless: true }),
    };
    await writeFiles(at.data, { ...files, 'e.jpg': jpeg });
    const images = await prepare({ ...at, channels: 4 });
    expect(images).toMatchObject({
      count: 5,
      channels: 4,
      channelNames: ['red', 'green', 'blue', 'alpha'],
      skipped: [],
    });
    const pixels = await allPixels(images);
    expect(firsts(pixels, 4, 0)).toEqual([200, 100, 0, 40]);
    expect(firsts(pixels, 4, 1)).toEqual([9, 9, 9, 60]);
    expect(firsts(pixels, 4, 2)).toEqual([7, 7, 7, 255]);
    expect(firsts(pixels, 4, 3)).toEqual([200, 100, 0, 40]);
    expect(firsts(pixels, 4, 4)[3]).toBe(255);
    expect(images.notes).toEqual(['2 images without an alpha channel: all of each counts as opaque.']);
    const again = await prepare({ ...at, channels: 4 });
    expect([again.cached, again.channelNames]).toEqual([true, images.channelNames]);
  });

  it('has a clear border, and the background where a picture is clear after resizing', async () => {
    const at = place();
    await writeFiles(at.data, {
      'a.png': flatPicture(16, 8, 200, 100, 0, 40),
      'b.png': flatPicture(16, 8, 9, 9, 9, 0),
    });
    const images = await prepare({ ...at, channels: 4, fit: 'pad', background: 'white' });
    const pixels = await allPixels(images);
    expect(firsts(pixels, 4, 0)).toEqual([255, 255, 255, 0]);
    expect([0, 1, 2, 3].map((c) => pixels[64 * c + 32]!)).toEqual([200, 100, 0, 40]);
    expect([4, 5, 6, 7].map((c) => pixels[64 * c + 32]!)).toEqual([255, 255, 255, 0]);
  });

  it('flattens without it, and says how to keep them', async () => {
    const at = place();
    await writeFiles(at.data, { 'a.png': clear });
    const images = await prepare(at);
    expect([images.channels, images.notes]).toEqual([
      3,
      [expect.stringContaining('channels 2, of gray, or 4, of colour')],
    ]);
  });
});

describe('--channels 2', () => {
  it('keeps gray and how opaque it is, and skips what has colour', async () => {
    const at = place();
    const files = { 'a.png': flatPicture(8, 8, 9, 60), 'b.png': clear, 'c.png': flatPicture(8, 8, 50, 50, 50, 70) };
    await writeFiles(at.data, { ...files, 'd.nii': niftiFile({ size: [8, 8, 1], values: new Array(64).fill(1) }) });
    const images = await prepare({ ...at, channels: 2 });
    expect([images.count, images.channelNames]).toEqual([2, ['gray', 'alpha']]);
    const pixels = await allPixels(images);
    expect([firsts(pixels, 2, 0), firsts(pixels, 2, 1)]).toEqual([
      [9, 60],
      [50, 70],
    ]);
    expect(images.skipped).toEqual([
      { file: 'b.png', reason: 'it has colour, which --channels 4 keeps' },
      { file: 'd.nii', reason: 'a medical picture, which has no 2 channels: --channels names a file for each' },
    ]);
  });

  it('has 16 bits and a window, as gray has', async () => {
    const at = place();
    const levels = Uint16Array.from({ length: 128 }, (_, i) => (i % 2 === 0 ? 100 + i : 65_535));
    const deep = sharp(levels, { raw: { width: 8, height: 8, channels: 2 } })
      .toColourspace('grey16')
      .png();
    await writeFiles(at.data, { 'a.png': deep });
    const images = await prepare({ ...at, channels: 2, depth: 16 });
    const read = new Uint16Array(128);
    await images.readDeep!([0], read);
    expect([...read]).toEqual([0, 1].flatMap((c) => Array.from({ length: 64 }, (_, i) => levels[2 * i + c]!)));
    const shown = await allPixels(await prepare({ ...at, channels: 2, window: 'auto' }));
    expect([shown[0], shown[63], shown[64], shown[127]]).toEqual([0, 255, 255, 255]);
  });
});

it('an alpha channel that no picture has is refused', async () => {
  const at = place();
  await writeFiles(at.data, { 'a.png': gray(7), 'b.png': flatPicture(8, 8, 1, 2, 3) });
  expect(await sentenceOf(prepare({ ...at, channels: 4 }))).toBe(
    'Cannot prepare pictures: --channels must be left out or 3, as no image has an alpha channel, received 4.',
  );
});

describe('TIFF of many samples', () => {
  const golden = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../golden/data/images/channels.json'), 'utf8'),
  );
  const named = (name: string) =>
    Buffer.from(golden.pictures.find((one: { name: string }) => one.name === name).file, 'base64');

  it('says by --channels how many there are, or is skipped with the line that keeps them', async () => {
    const at = place();
    await writeFiles(at.data, { 'a.tif': named('five samples.tif'), 'b.png': clear });
    expect((await prepare(at)).skipped).toEqual([
      { file: 'a.tif', reason: 'it has 5 channels, which are no colours: --channels 5 keeps them' },
    ]);
    expect((await prepare({ ...at, channels: 5 })).skipped).toEqual([
      { file: 'b.png', reason: 'it has 4 channels, and --channels 5 asks for 5' },
    ]);
    const message = await sentenceOf(prepare({ ...at, channels: 6 }));
    expect(message).toContain('First, image a.tif: it has 5 channels, and --channels 6 asks for 6.');
  });

  it('tells by its head whether planes lie apart, and no other file does', async () => {
    const at = place();
    await writeFiles(at.data, {
      'apart.tif': Buffer.from(golden.apart, 'base64'),
      'rgba.tif': named('rgba.tif'),
      'big.tif': named('six samples in tiles of a BigTIFF.tif'),
      'other.tif': named('two samples, big-endian.tif'),
      'cut.tif': named('rgba.tif').subarray(0, 40),
      'a.png': clear,
    });
    const read = (name: string, page?: number) => readTiffSamples(join(at.data, name), page);
    expect(read('apart.tif')).toEqual({ planar: true, alpha: false });
    expect(read('rgba.tif')).toEqual({ planar: false, alpha: true });
    expect(read('big.tif')).toEqual({ planar: false, alpha: false });
    expect(read('other.tif')).toEqual({ planar: false, alpha: false });
    expect([read('cut.tif'), read('a.png'), read('rgba.tif', 3)]).toEqual([undefined, undefined, undefined]);
  });
});

it('pictures with an alpha channel are trained on, exported with its name, and shown in their colours', async () => {
  const at = place();
  const picture = (i: number) => flatPicture(8, 8, 20 * i, 255 - 20 * i, 100, 25 * i);
  await writeFiles(at.data, Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.png`, picture(i)])));
  const [run, model] = [join(at.data, '..', 'run'), join(at.data, '..', 'model')];
  const tiny = ['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'];
  const pictures = ['--sample-steps', '2', '--sample-count', '1', '--steps', '2', '--batch', '2', '--contrast', '0.2'];
  const data = ['--data', at.data, '--cache-dir', at.cacheDir, '--size', '8', '--channels', '4'];
  await done(runCli('train', ...data, ...pictures, ...tiny, '--out', run));
  await done(runCli('export', '--run', run, '--out', model));
  const { channel_names: names } = JSON.parse(readFileSync(join(model, 'model_index.json'), 'utf8'));
  expect(names).toEqual({ 0: 'red', 1: 'green', 2: 'blue', 3: 'alpha' });
  const digits = await runCli('prepare', '--data', 'digits', '--channels', '4', '--cache-dir', at.cacheDir);
  expect([digits.code, digits.stderr]).toEqual([2, expect.stringContaining('--channels must be 1 or 3, received 4.')]);
});
