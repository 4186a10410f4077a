/** Label maps and pictures beside images of several files, one for each channel. */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeIndexedPng } from '#phantom/png.ts';
import { allPixels, casePlaces, gray, prepare, writeFiles } from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { sentenceOf } from '#test/sentence.ts';
import { matchCompanions } from '#training/data/label-maps/companions.ts';
import type { Dataset } from '#training/data/set/types.ts';

const place = casePlaces();
const TWO = { flair: '*_flair.png', t1: '*_t1.png' };
/** Label 0 but for a first pixel of `label`. */
const mask = (label: number) =>
  encodeIndexedPng(
    Uint8Array.from({ length: 64 }, (_, i) => (i === 0 ? label : 0)),
    8,
    Array.from({ length: 9 }, (_, i) => [i, i, i] as const),
  );

/** Images of these keys, and files beside them. */
async function cases(
  keys: readonly string[],
  files: Record<string, Uint8Array>,
  channels: Record<string, string> = TWO,
) {
  const at = place();
  const images = keys.flatMap((key) =>
    Object.values(channels).map((pattern, i) => [pattern.replace('*', key), gray(10 * i)] as const),
  );
  await writeFiles(at.data, Object.fromEntries(images));
  const beside = await writeFiles(join(dirname(at.data), 'beside'), files);
  return { at, beside, options: { ...at, channels } };
}

/** The label of the first pixel of each image. */
async function labelsOf({ beside, count }: Dataset): Promise<number[]> {
  const out = new Uint8Array(64 * count);
  await beside!.read([...Array(count).keys()], out);
  return [...out].filter((_, i) => i % 64 === 0).map((value) => (beside!.mask!.values ?? [0, 1, 2, 3])[value]!);
}

describe('label maps of images of several files', () => {
  it.each<[string, readonly string[], Record<string, number>]>([
    ['under the keys', ['a', 's/b'], { 'a.png': 1, 's/b.png': 2 }],
    ['under the keys with an ending', ['a', 's/b'], { 'a_seg.png': 1, 's/b-mask.png': 2 }],
    ['under the names of the first files', ['a', 's/b'], { 'a_flair.png': 1, 's/b_flair_seg.png': 2 }],
    ['without the folders that all keys share', ['x/y/a', 'x/y/b'], { 'a_label.png': 1, 'b.png': 2 }],
    ['without those that all first files share', ['x/a', 'x/b'], { 'a_flair.png': 1, 'b_flair.png': 2 }],
    ['under keys that look as if they had an extension', ['a.mri', 'b.v2'], { 'a.mri.png': 1, 'b.v2_seg.png': 2 }],
  ])('lie %s', async (_, keys, files) => {
    const masks = Object.fromEntries(Object.entries(files).map(([name, label]) => [name, mask(label)]));
    const { beside, options } = await cases(keys, masks);
    const images = await prepare({ ...options, masks: beside });
    expect([images.skipped, await labelsOf(images)]).toEqual([[], [1, 2]]);
    expect((await prepare({ ...options, masks: beside })).cached).toBe(true);
  });

  it('lie beside files in folders of their channels', async () => {
    const { beside, options } = await cases(
      ['7', '8'],
      { '7.png': mask(1), '8.png': mask(2) },
      { t1: 't1/*.png', t2: 't2/*.png' },
    );
    expect(await labelsOf(await prepare({ ...options, masks: beside }))).toEqual([1, 2]);
  });

  it('are named by a column of the CSV, also in the folder of the images', async () => {
    const { at, options } = await cases(['a', 's/b'], {});
    const csv = join(at.data, 'table.csv');
    await writeFiles(at.data, {
      'a_seg.png': mask(1),
      's/b_seg.png': mask(2),
      'table.csv': 'id,truth\na,a_seg.png\nb,s/b_seg.png\n',
    });
    const images = await prepare({ ...options, csv, masks: 'truth' });
    expect(await labelsOf(images)).toEqual([1, 2]);
    expect(await sentenceOf(prepare({ ...options, masks: at.data }))).toContain(
      '--masks must be a folder beside that of the images, received the folder of the images',
    );
  });

  it.each<[string, string, Record<string, string>, string[], string[]]>([
    ['beside files of channels, as in BraTS', '*_seg.png', TWO, ['P1/P1', 'P2/P2'], ['P1/P1_seg.png', 'P2/P2_seg.png']],
    ['beside whole images', '*_mask.png', { all: '*.png' }, ['a', 's/b'], ['a_mask.png', 's/b_mask.png']],
    ['in a folder of their own', 'truth/*.png', { all: 'seen/*.png' }, ['1', '2'], ['truth/1.png', 'truth/2.png']],
  ])('match a pattern %s, and are no images', async (_, masks, patterns, keys, names) => {
    const { at, options } = await cases(keys, {}, patterns);
    await writeFiles(at.data, Object.fromEntries(names.map((name, i) => [name, mask(i + 1)])));
    await writeFiles(at.data, { 'labels.json': '{"0": "background", "2": "tumour"}' });
    const { channels, ...whole } = options;
    for (const set of 'all' in patterns ? [whole, { ...whole, channels }] : [options]) {
      const images = await prepare({ ...set, masks });
      expect([images.count, images.skipped, await labelsOf(images)]).toEqual([2, [], [1, 2]]);
      expect(images.notes.filter((note) => /Left out|Not used/.test(note))).toEqual([]);
      expect(images.beside!.mask!.classes).toEqual(['background', '1', 'tumour']);
      expect((await prepare({ ...set, masks })).cached).toBe(true);
    }
  });

  it('refuse a pattern that matches no file, two of an image, or none of an image', async () => {
    const { at, options } = await cases(['a', 'x/s/b'], {});
    const sentence = (masks: string, data = at.data) => sentenceOf(prepare({ ...options, data, masks }));
    expect(await sentence('*_seg.png')).toBe(
      'Cannot read label maps: the pattern of --masks must match a file of the folder, received *_seg.png, which matches none of 4.',
    );
    expect(await sentence('*_*.png')).toContain(
      '--masks must be a folder or a pattern with one *, received "*_*.png".',
    );
    expect(await sentence('*_seg.png', join(at.data, 'a_t1.png'))).toContain('unless data is a folder of images');
    await writeFiles(at.data, { 'seg/x/s/b.png': mask(1), 'x/seg/s/b.png': mask(2) });
    expect(await sentence('seg/*.png')).toBe(
      'Cannot read label maps: label maps must be one for each image, received seg/x/s/b.png and x/seg/s/b.png for x/s/b.',
    );
    await writeFiles(at.data, { 'c_seg.png': mask(1) });
    expect(await sentence('*_seg.png')).toContain('received none for a, but c_seg.png');
    await writeFiles(at.data, { 'a_seg.png': mask(1) });
    const images = await prepare({ ...options, masks: '*_seg.png' });
    expect([images.count, images.skipped.map(({ file }) => file)]).toEqual([1, ['x/s/b']]);
    expect(images.notes.join(' ')).toContain('Not used, as they have no image: 1 mask (c_seg.png).');
  });

  it('lie in the folder of nnU-Net, whose dataset.json says what is what', async () => {
    const at = place();
    const described = (channels: Record<string, string>) =>
      JSON.stringify({
        channel_names: channels,
        labels: { background: 0, edema: 1, 'whole tumour': [1, 2], core: [2] },
        numTraining: 2,
        file_ending: '.png',
      });
    await writeFiles(at.data, {
      'dataset.json': described({ 1: 'T1', 0: 'T2/FLAIR' }),
      ...Object.fromEntries(
        ['a', 'b_1'].flatMap((key, k) => [
          [`imagesTr/${key}_0000.png`, gray(10 + k)],
          [`imagesTr/${key}_0001.png`, gray(20 + k)],
          [`labelsTr/${key}.png`, mask(k + 1)],
        ]),
      ),
      'imagesTs/c_0000.png': gray(90),
    });
    for (const masks of [join(at.data, 'labelsTr'), 'labelsTr']) {
      const images = await prepare({ ...at, masks });
      expect(images).toMatchObject({ count: 2, channelNames: ['T2_FLAIR', 'T1'], skipped: [] });
      const pixels = await allPixels(images);
      expect([0, 64, 128, 192].map((pixel) => pixels[pixel])).toEqual([10, 20, 11, 21]);
      expect([images.beside!.mask, await labelsOf(images)]).toEqual([
        { classes: ['background', 'edema', 'core'] },
        [1, 2],
      ]);
    }
    expect((await prepare(at)).beside).toBeUndefined();
    expect(await sentenceOf(prepare({ ...at, channels: 3 }))).toContain('--channels must be left out or 2');
    await writeFiles(at.data, { 'dataset.json': described({ 0: 'noNorm', 1: 'noNorm' }) });
    expect((await prepare(at)).channelNames).toEqual(['channel_0', 'channel_1']);
  });

  it('are missed and counted by the keys, and are an error with --strict', async () => {
    const { beside, options } = await cases(['a', 'b'], { 'a_seg.png': mask(1), 'b_t1.png': mask(2) });
    const images = await prepare({ ...options, masks: beside });
    expect(images.skipped).toEqual([{ file: 'b', reason: 'it has no label map' }]);
    expect(images.notes.join(' ')).toContain('Not used, as they have no image: 1 mask (b_t1.png).');
    expect(await sentenceOf(prepare({ ...options, masks: beside, strict: true }))).toContain('b: it has no label map');
  });

  it('are refused where two fit an image, and where none fits any', async () => {
    const both = await cases(['a'], { 'a_seg.png': mask(1), 'a_flair.png': mask(2) });
    expect(await sentenceOf(prepare({ ...both.options, masks: both.beside }))).toBe(
      'Cannot read label maps: label maps must be one for each image, received a_flair.png and a_seg.png for a.',
    );
    const none = await cases(['a'], { 'z.png': mask(1) });
    expect(await sentenceOf(prepare({ ...none.options, masks: none.beside }))).toContain(
      'received none for a, but z.png',
    );
  });

  it('have the grid of the first channel', async () => {
    const volume = (side: number, label: number) =>
      niftiFile({
        size: [side, side, 2],
        values: Array.from({ length: 2 * side ** 2 }, (_, i) => (i % side === 0 ? label : i % 2)),
      });
    const at = place();
    const files = ['a_x', 'a_y', 'b_x', 'b_y'].map((name) => [`${name}.nii`, volume(8, 900)] as const);
    await writeFiles(at.data, Object.fromEntries(files));
    const masks = await writeFiles(join(dirname(at.data), 'masks'), {
      'a_seg.nii': volume(8, 3),
      'b_seg.nii': volume(4, 3),
    });
    const images = await prepare({ ...at, masks, channels: { x: '*_x.nii', y: '*_y.nii' }, frames: 'all' });
    expect(images.count).toBe(2);
    const reason = 'its label map b_seg.nii: it has 4 x 4 x 2 voxels, and its image 8 x 8 x 2';
    expect(images.skipped).toEqual([
      { file: 'b', reason },
      { file: 'b', reason },
    ]);
  });
});

it('condition images may have the name of the first file, too', async () => {
  const { options, beside } = await cases(['a', 'b'], { 'a.png': mask(1), 'b_flair.png': mask(2) });
  const images = await prepare({ ...options, conditionImages: beside });
  expect([images.count, images.skipped]).toEqual([2, []]);
});

it('an ending does not make the name of another image', () => {
  const options = { endings: ['_seg'], firstFile: (key: string) => `${key}_x.png` };
  expect(matchCompanions(['a', 'a_seg'], ['a_seg.png', 'a_x.png'], options).paths).toEqual(['a_x.png', 'a_seg.png']);
});
