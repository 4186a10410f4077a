/** Images of several files, one for each channel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPixels, casePlaces, flatPicture, gray, grayPicture, prepare, writeFiles } from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { done, runCli } from '#test/run-cli.ts';
import { sentenceOf } from '#test/sentence.ts';
import { type ChannelPatterns, keyOf } from '#training/data/set/channel-patterns.ts';

const place = casePlaces();
const TWO = { flair: '*_flair.png', t1: '*_t1.png' };

describe('keyOf', () => {
  it.each([
    ['a_t1.png', '*_t1.png', 'a'],
    ['s/b/a_t1.png', '*_t1.png', 's/b/a'],
    ['s1/t1/7.png', 't1/*.png', 's1/7'],
    ['t1/x/7.png', 't1/*.png', 'x/7'],
    ['s1/t1.png', '*/t1.png', 's1'],
    ['s1/t1.png', '*t1.png', 's1'],
    ['s1/t1_7.png', 't1_*.png', 's1/7'],
    ['a_t1ce.png', '*_t1.png', undefined],
    ['t1.png', '*t1.png', undefined],
    ['xt1/7.png', 't1/*.png', undefined],
    ['a(+)b_t1.png', '*b_t1.png', 'a(+)'],
    ['Ko\u0308ln_t1.png', 'K\u00f6ln*.png', '_t1'],
  ])('%s by %s', (path, pattern, key) => expect(keyOf(path, pattern)).toBe(key));
});

describe('a folder with a file for each channel', () => {
  it('gives an image for each key that has all, in the order of the keys', async () => {
    const at = place();
    const files = { 'b_flair.png': gray(3), 'b_t1.png': gray(4), 'a_flair.png': gray(1), 'a_t1.png': gray(2) };
    await writeFiles(at.data, { ...files, 'a_seg.png': gray(9) });
    const images = await prepare({ ...at, channels: TWO });
    expect(images).toMatchObject({ count: 2, channels: 2, channelNames: ['flair', 't1'], skipped: [] });
    const pixels = await allPixels(images);
    expect([0, 64, 128, 192].map((pixel) => pixels[pixel])).toEqual([1, 2, 3, 4]);
    expect(images.notes).toEqual(['Left out: 1 image that no pattern of --channels matches (a_seg.png).']);
    expect((await prepare({ ...at, channels: TWO })).cached).toBe(true);
    const turned = await prepare({ ...at, channels: { t1: TWO.t1, flair: TWO.flair } });
    expect([turned.cached, (await allPixels(turned))[0]]).toEqual([false, 2]);
    const one = await prepare({ ...at, channels: { t1: TWO.t1 } });
    expect([one.channels, one.channelNames, [...(await allPixels(one))][64]]).toEqual([1, ['t1'], 4]);
  });

  it('keeps 16 bits where a channel has them', async () => {
    const at = place();
    const volume = niftiFile({ size: [8, 8, 2], values: Array.from({ length: 128 }, (_, i) => i), range: [0, 127] });
    const other = niftiFile({
      size: [8, 8, 2],
      values: Array.from({ length: 128 }, (_, i) => 127 - i),
      range: [0, 127],
    });
    await writeFiles(at.data, { 'a_flair.nii': volume, 'a_t1.nii': other });
    const channels = { flair: '*_flair.nii', t1: '*_t1.nii' };
    const images = await prepare({ ...at, channels, depth: 16, frames: 'all' });
    const levels = new Uint16Array(2 * 2 * 64);
    await images.readDeep!([0, 1], levels);
    for (let i = 0; i < 64; i++) expect(Math.abs(levels[i]! + levels[64 + i]! - 65_535)).toBeLessThanOrEqual(1);
    expect(new Set(levels).size).toBe(128);
  });

  it('skips keys that lack a channel or have two of one, names the file, and stops there with --strict', async () => {
    const at = place();
    const whole = { 'a_flair.png': gray(1), 'a_t1.png': gray(2) };
    const twice = { 't1/c_t1.png': gray(3), 'c/t1_x.png': gray(3) };
    await writeFiles(at.data, {
      ...whole,
      'b_flair.png': gray(3),
      'c_t1.png': 'broken',
      'c_flair.png': gray(1),
      ...twice,
    });
    const images = await prepare({ ...at, channels: TWO });
    expect(images.skipped).toEqual([
      { file: 'b_t1.png', reason: 'missing: b needs it for t1' },
      { file: 't1/c_flair.png', reason: 'missing: t1/c needs it for flair' },
      { file: 'c', reason: expect.stringMatching(/^t1, c_t1.png: /) },
    ]);
    await expect(prepare({ ...at, channels: TWO, strict: true })).rejects.toThrow(
      'with --strict every image must be usable, received b_t1.png: missing: b needs it for t1.',
    );
    const both = { flair: '*_flair.png', t1: 't1/*_t1.png' };
    const again = place();
    await writeFiles(again.data, {
      ...whole,
      'x/t1/a_t1.png': gray(1),
      't1/x/a_t1.png': gray(1),
      'x/a_flair.png': gray(2),
      't1/a_t1.png': gray(5),
    });
    expect((await prepare({ ...again, channels: both })).skipped).toEqual([
      { file: 't1/x/a_t1.png', reason: 'ambiguous: x/a has 2 files for t1 (t1/x/a_t1.png, x/t1/a_t1.png)' },
    ]);
  });

  it('skips channels of other sizes, frames and shapes of pixels', async () => {
    const at = place();
    const wide = grayPicture(9, 8, (x) => x);
    const fine = { 'a_flair.png': gray(1), 'a_t1.png': gray(2) };
    await writeFiles(at.data, { ...fine, 'b_flair.png': wide, 'b_t1.png': gray(1) });
    expect((await prepare({ ...at, channels: TWO })).skipped).toEqual([
      {
        file: 'b',
        reason: 'its channels must have the same size, received 9 x 8 pixels of flair and 8 x 8 pixels of t1',
      },
    ]);
    const volume = (slices: number, spacing: [number, number, number]) =>
      niftiFile({ size: [8, 8, slices], values: Array.from({ length: 64 * slices }, (_, i) => i), spacing });
    const other = place();
    const pair = (key: string, flair: Buffer, t1: Buffer) => ({ [`${key}_flair.nii`]: flair, [`${key}_t1.nii`]: t1 });
    await writeFiles(other.data, {
      ...pair('a', volume(3, [1, 1, 1]), volume(3, [1, 1, 1])),
      ...pair('b', volume(3, [1, 1, 1]), volume(4, [1, 1, 1])),
      ...pair('c', volume(3, [1, 1, 1]), volume(3, [1, 1, 2])),
      ...pair('d', volume(3, [1, 1, 1]), volume(3, [1, 1.2, 1])),
    });
    const images = await prepare({ ...other, channels: { flair: '*_flair.nii', t1: '*_t1.nii' } });
    expect(images.count).toBe(1);
    expect(images.skipped.map(({ file, reason }) => [file, reason.replace(/, received.*/, '')])).toEqual([
      ['b', 'its channels must have the same number of slices'],
      ['c', 'its channels must lie in the same place'],
      ['d', 'its channels must have the same width of pixels over their height'],
    ]);
  });

  it('takes classes from sub-folders, but not from one for each image, and colour as gray', async () => {
    const at = place();
    const files = ['cat/1', 'cat/2', 'dog/1', 'dog/2'].flatMap((key, i) => [
      [`${key}_flair.png`, gray(i)],
      [`${key}_t1.png`, flatPicture(8, 8, 200, 10 * i, 0)],
    ]);
    await writeFiles(at.data, Object.fromEntries(files));
    const images = await prepare({ ...at, channels: TWO });
    expect([images.classNames, [...images.labels!]]).toEqual([
      ['cat', 'dog'],
      [0, 0, 1, 1],
    ]);
    expect(images.notes).toEqual(['4 images with colour in a channel, which becomes gray.']);
    const single = place();
    await writeFiles(single.data, Object.fromEntries(files.filter(([name]) => String(name).includes('1_'))));
    const alone = await prepare({ ...single, channels: TWO });
    expect(alone.classNames).toBeUndefined();
    expect(alone.notes).toContain('The sub-folders are not used as classes, since each holds one image.');
  });

  it('takes labels and numbers from a CSV whose ids are keys, or their last parts', async () => {
    const at = place();
    const files = ['s/1', 's/2', 's/3'].flatMap((key, i) => [
      [`${key}_flair.png`, gray(i)],
      ...(i === 2 ? [] : [[`${key}_t1.png`, gray(10)] as const]),
    ]);
    await writeFiles(at.data, Object.fromEntries(files));
    const csv = join(at.data, 'ages.csv');
    await writeFiles(at.data, { 'ages.csv': 'id,age,sex\n2,20,f\ns/1,10,m\n3,30,f\n' });
    const images = await prepare({ ...at, channels: TWO, csv, labelColumn: 'sex', conditionColumns: 'age' });
    expect([...(await allPixels(images))].filter((_, i) => i % 64 === 0)).toEqual([1, 10, 0, 10]);
    expect([images.classNames, [...images.conditions!.values]]).toEqual([
      ['f', 'm'],
      [20, 10],
    ]);
    expect(images.skipped).toEqual([{ file: '3.png', reason: 'missing: s/3 needs it for t1' }]);
  });

  const refused = async (channels: ChannelPatterns | number, data?: string) => {
    const at = place();
    await writeFiles(at.data, { 'a_flair.png': gray(1), 'a_t1.png': gray(2) });
    return sentenceOf(prepare({ ...at, ...(data && { data }), channels }));
  };

  it.each([
    [{ flair: 'flair.png' }, '--channels must give flair a pattern with one *, received "flair.png"'],
    [{ flair: '*_*.png' }, '--channels must give flair a pattern with one *, received "*_*.png"'],
    [
      { '1st': '*_flair.png' },
      '--channels must be named with a letter and up to 31 letters, digits, - and _, received "1st"',
    ],
    [
      { 'a b': '*_flair.png' },
      '--channels must be named with a letter and up to 31 letters, digits, - and _, received "a b"',
    ],
    [
      Object.fromEntries([...'abcdefghi'].map((name) => [name, '*.png'])),
      '--channels must be at most 8 channels, received 9',
    ],
    [{}, '--channels must name at least one channel, received none'],
    [
      { flair: '*_flair.png', t2: '*_t2.png' },
      'the pattern of t2 in --channels must match an image of the folder, received *_t2.png, which matches none of 2',
    ],
    [
      { flair: '*_flair.png', any: 'a_*.png' },
      'each file must match one pattern of --channels, received a_flair.png, which flair=*_flair.png and any=a_*.png match',
    ],
  ] as const)('refuses %j', async (channels, sentence) => {
    expect(await refused(channels as ChannelPatterns)).toBe(`Cannot prepare images: ${sentence}.`);
  });

  it('is a folder, and has an image with all channels', async () => {
    expect(await refused(TWO, 'digits')).toMatch(/--channels must be a number, as data is no folder, received \{/);
    const at = place();
    await writeFiles(at.data, { 'a_flair.png': gray(1), 'b_t1.png': gray(2) });
    expect(await sentenceOf(prepare({ ...at, channels: TWO }))).toBe(
      `Cannot prepare images: ${at.data} must have images with all of flair, t1, received none. First, a: missing: a needs it for t1.`,
    );
  });

  it('has pictures beside it under the keys', async () => {
    const at = place();
    const files = { 'a_flair.png': gray(1), 'a_t1.png': gray(2), 'b_flair.png': gray(3), 'b_t1.png': gray(4) };
    await writeFiles(at.data, files);
    const beside = join(at.data, '..', 'beside');
    await writeFiles(beside, { 'a.png': gray(7), 'b.png': gray(8) });
    const images = await prepare({ ...at, channels: TWO, conditionImages: beside });
    expect([images.count, images.channels, images.beside?.channels]).toEqual([2, 2, 1]);
  });

  it('is named on the command line, in the run and in the model', { tags: 'long' }, async () => {
    const at = place();
    const picture = (i: number) => grayPicture(8, 8, (x, y) => (20 * i + 8 * x + 4 * y) % 256);
    const files = Array.from({ length: 12 }, (_, i) => [`${i >> 1}_${['flair', 't1'][i % 2]}.png`, picture(i)]);
    await writeFiles(at.data, Object.fromEntries(files));
    const data = ['--data', at.data, '--cache-dir', at.cacheDir, '--size', '8'];
    const twice = await runCli('prepare', ...data, '--channels', 'a=*_flair.png,a=*_t1.png');
    expect([twice.code, twice.stderr]).toEqual([
      2,
      expect.stringContaining('Cannot read the options: --channels must name a once, received it twice.'),
    ]);
    const stars = await runCli('prepare', ...data, '--channels', 'a=**_flair.png');
    expect(stars.stderr).toContain('Cannot read the options: --channels must give a a pattern with one *');
    expect((await runCli('prepare', ...data, '--channels', '2.5')).stderr).toContain(
      'channels must be an integer from 1 to 8, or up to 8 names',
    );
    const named = [...data, '--channels', 'flair=*_flair.png,t1=*_t1.png'];
    const tiny = ['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'];
    const run = join(at.data, '..', 'run');
    const pictures = ['--sample-steps', '2', '--sample-count', '2', '--steps', '2', '--batch', '2'];
    const dry = await runCli('train', ...named, ...pictures, ...tiny, '--dry-run');
    expect(dry.stdout).toContain('checked: 2 channels (flair, t1)');
    await done(runCli('train', ...named, ...pictures, ...tiny, '--out', run));
    const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
    expect(config.data.channels).toEqual(TWO);
    expect(config.model.image_channels).toBe(2);
    const more = await runCli('train', '--resume', '--out', run, '--steps', '3');
    expect([more.code, more.stderr]).toEqual([0, expect.stringContaining('2 channels (flair, t1)')]);
    const other = await runCli(
      'train',
      '--resume',
      '--out',
      run,
      '--steps',
      '4',
      '--channels',
      't1=*_t1.png,flair=*_flair.png',
    );
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('data.channels (--channels) must be')]);
    const model = join(at.data, '..', 'model');
    await done(runCli('export', '--run', run, '--out', model));
    const index = JSON.parse(readFileSync(join(model, 'model_index.json'), 'utf8'));
    expect(index.channel_names).toEqual({ 0: 'flair', 1: 't1' });
    expect(readFileSync(join(model, 'README.md'), 'utf8')).toContain('8 x 8 pictures of 2 channels (flair, t1)');
    expect(JSON.parse(readFileSync(join(model, 'training.json'), 'utf8')).data.channelNames).toEqual(['flair', 't1']);
  });
});
