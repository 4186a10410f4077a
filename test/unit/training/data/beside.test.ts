/** Masks and pictures beside the images of a set. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeIndexedPng } from '#phantom/png.ts';
import { dicomPicture } from '#test/pictures/dicom.ts';
import { casePlaces, grayPicture, prepare, writeFiles } from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { sentenceOf } from '#test/sentence.ts';
import { createTrainingBatches, readTold } from '#training/data/set/training-batches.ts';
import type { Dataset, PrepareOptions } from '#training/data/set/types.ts';

const places = casePlaces('images');
const newFolder = () => dirname(places().data);
/** 8 x 8 pictures whose left part of `i + 1` columns is bright. */
const picture = (i: number) => grayPicture(8, 8, (x) => (x <= i ? 255 : 0));
const PALETTE = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [9, 9, 9],
  [8, 8, 8],
] as const;
/** The same as label maps: `value` where it is bright. */
const mask = (i: number, value = 1, side = 8) =>
  encodeIndexedPng(
    Uint8Array.from({ length: side * side }, (_, at) => ((at % side) * 8 <= i * side ? value : 0)),
    side,
    PALETTE,
  );

const COUNT = 4;
const numbers = Array.from({ length: COUNT }, (_, i) => i);

async function writeSet(folder: string, masks: Record<string, Uint8Array | string>) {
  const [data, beside] = [join(folder, 'images'), join(folder, 'masks')];
  mkdirSync(data, { recursive: true });
  mkdirSync(beside);
  await writeFiles(data, Object.fromEntries(numbers.map((i) => [`${i}.png`, picture(i)])));
  for (const [name, bytes] of Object.entries(masks)) writeFileSync(join(beside, name), bytes);
  return { data, masks: beside, cacheDir: join(folder, 'cache') };
}

const plain = () => Object.fromEntries(numbers.map((i) => [`${i}.png`, mask(i)]));

const masksOf = async ({ beside, count }: Dataset) => {
  const out = new Uint8Array(64 * count);
  await beside!.read(numbers.slice(0, count), out);
  return out;
};
/** Class `one` in the first i + 1 columns of image i. */
const expected = (one = 1, images = numbers) =>
  Uint8Array.from(images.flatMap((i) => Array.from({ length: 64 }, (_, at) => (at % 8 <= i ? one : 0))));

describe('masks beside images', () => {
  it('are prepared with them, as numbers of their classes, and found in the cache', async () => {
    const set = await writeSet(newFolder(), plain());
    const dataset = await prepare(set);
    expect(dataset.beside).toMatchObject({ channels: 1, mask: { classes: ['background', '1'] } });
    expect(await masksOf(dataset)).toEqual(expected());
    const again = await prepare({ ...set, memoryLimit: 0 });
    expect(again.cached).toBe(true);
    expect(await masksOf(again)).toEqual(expected());
    again.close();
    const without = await prepare({ data: set.data, cacheDir: set.cacheDir });
    expect([without.beside, without.hash === dataset.hash]).toEqual([undefined, false]);
  });

  it('are prepared again when a mask changes, or its file in the cache', async () => {
    const set = await writeSet(newFolder(), plain());
    const first = await prepare(set);
    writeFileSync(join(first.folder, 'beside.bin'), new Uint8Array(64 * COUNT));
    const mended = await prepare(set);
    expect([mended.cached, mended.hash]).toEqual([false, first.hash]);
    writeFileSync(join(set.masks, '0.png'), mask(2));
    expect((await prepare(set)).hash).not.toBe(first.hash);
  });

  it('have the names of --mask-classes, of labels.json, or their values', async () => {
    const files = { ...plain(), '3.png': mask(3, 5) };
    const set = await writeSet(newFolder(), files);
    const byValue = await prepare(set);
    expect(byValue.beside?.mask).toEqual({ classes: ['background', '1', '5'], values: [0, 1, 5] });
    expect((await masksOf(byValue)).subarray(192)).toEqual(expected(2, [3]));
    writeFileSync(join(set.masks, 'labels.json'), '{"0": "air", "1": "bone", "5": "metal", "7": "tooth"}');
    const named = await prepare(set);
    expect(named.beside?.mask).toEqual({ classes: ['air', 'bone', 'metal', 'tooth'], values: [0, 1, 5, 7] });
    expect(named.notes).toEqual([]);
    writeFileSync(join(set.masks, 'labels.json'), '{"0": "air", "1": "bone"}');
    const unknown = await prepare(set);
    expect(unknown.beside?.mask?.classes).toEqual(['air', 'bone', '5']);
    expect(unknown.notes).toEqual(['Masks have a value without a name, each a class of its own: 5.']);
    const declared = await prepare({ ...set, maskClasses: 'air, bone' });
    expect(declared.beside?.mask).toEqual({ classes: ['air', 'bone'] });
    expect(declared.skipped).toEqual([
      { file: '3.png', reason: 'its mask has the value 5, and --mask-classes names 0 to 1' },
    ]);
  });

  it('leave out images without one, name those without an image, and take the size of their images', async () => {
    const { '1.png': _, ...some } = plain();
    const set = await writeSet(newFolder(), { ...some, '2.png': mask(2, 1, 16), 'x.png': mask(0) });
    const dataset = await prepare(set);
    expect(dataset.count).toBe(3);
    expect(dataset.skipped).toEqual([{ file: '1.png', reason: expect.stringContaining('no label map') }]);
    const notes = dataset.notes.join(' ');
    expect(notes).toContain('Left out, as they have no mask: 1 image (1.png).');
    expect(notes).toContain('Not used, as they have no image: 1 mask (x.png).');
    expect(notes).toContain('1 mask of another size than the image took its size, by nearest neighbour.');
    await expect(prepare({ ...set, strict: true, cacheDir: `${set.cacheDir}2` })).rejects.toThrow('no label map');
  });

  it('of another size are an error with --strict, also in the cache, and empty ones are counted', async () => {
    const set = await writeSet(newFolder(), { ...plain(), '2.png': mask(2, 1, 16), '3.png': mask(3, 0) });
    const notes = [
      '1 mask of another size than the image took its size, by nearest neighbour.',
      '1 mask with nothing in it: all pixels are 0.',
    ];
    expect((await prepare(set)).notes).toEqual(notes);
    const refused = 'with --strict every mask must have the size of its image';
    await expect(prepare({ ...set, strict: true })).rejects.toThrow(refused);
    await expect(prepare({ ...set, strict: true, cacheDir: `${set.cacheDir}2` })).rejects.toThrow(refused);
  });

  it('are named by a column of the CSV, wherever they lie', async () => {
    const folder = newFolder();
    const set = await writeSet(folder, plain());
    writeFileSync(join(set.masks, 'other.png'), mask(3));
    const csv = join(folder, 'table.csv');
    writeFileSync(csv, 'id,truth\n0,masks/1.png\n1,masks/0.png\n2,masks/2.png\n3,\n');
    const dataset = await prepare({ ...set, csv, masks: 'truth' });
    expect((await masksOf(dataset)).subarray(0, 192)).toEqual(expected(1, [1, 0, 2]));
    expect(dataset.skipped).toMatchObject([{ file: '3.png', reason: expect.stringContaining('no label map') }]);
    writeFileSync(csv, 'id,truth\n0,masks/9.png\n');
    expect(await sentenceOf(prepare({ ...set, csv, masks: 'truth' }))).toContain(
      'the column "truth" must name files below the folder of',
    );
    expect(await sentenceOf(prepare({ ...set, csv, masks: 'lies' }))).toContain('must have a column "lies"');
  });

  it('move with their images: mirrored and shifted, each pixel takes the nearest', async () => {
    const dataset = await prepare(await writeSet(newFolder(), plain()));
    const batches = createTrainingBatches(dataset, { batch: 4, seed: 3, flip: true, translate: 0.25, rotate: 20 });
    for (let i = 0; i < 5; i++) {
      const { images, conditionImage } = await batches.next();
      expect(conditionImage).toHaveLength(4 * 2 * 64);
      for (let image = 0; image < 4; image++) {
        for (let at = 0; at < 64; at++) {
          const one = conditionImage![image * 128 + 64 + at]!;
          expect(conditionImage![image * 128 + at]! + one).toBe(1);
          // Bright where the mask is, but for pixels that are blended at its edge.
          const bright = images[image * 64 + at]!;
          if (Math.abs(bright) > 0.5) expect(bright > 0).toBe(one === 1);
        }
      }
    }
  });

  it('are planes of -1 and 1 after the picture where the network draws them', async () => {
    const dataset = await prepare(await writeSet(newFolder(), plain()));
    const { images, conditionImage } = await readTold(dataset, [1], 'output');
    expect(conditionImage).toBeUndefined();
    const mask = expected(1, [1]);
    expect([...images.subarray(64, 128)]).toEqual(Array.from(mask, (one) => 1 - 2 * one));
    expect([...images.subarray(128)]).toEqual(Array.from(mask, (one) => 2 * one - 1));
  });

  it.each<[string, Partial<PrepareOptions>, string]>([
    ['masks that are the images', { masks: 'images' }, 'must be'],
    [
      'names without masks',
      { masks: undefined, maskClasses: 'a,b' },
      '--mask-classes must be left out without --masks',
    ],
    ['a name twice', { maskClasses: 'a,a' }, '--mask-classes must be different names separated by commas'],
    ['both', { conditionImages: 'masks' }, '--condition-images must be left out with --masks'],
    ['no files', { data: 'digits' }, '--masks must be left out unless data is a folder of images'],
    ['a role without masks', { masks: undefined, maskRole: 'output' }, '--mask-role must be left out without --masks'],
  ])('refuse %s', async (_, change, words) => {
    const folder = newFolder();
    const set = await writeSet(folder, plain());
    const at = (name: string | undefined) => name && (name === 'digits' ? name : join(folder, name));
    const { data = 'images', masks, conditionImages, ...others } = { masks: 'masks', ...change };
    const given = { ...set, ...others, data: at(data)!, masks: at(masks), conditionImages: at(conditionImages) };
    expect(await sentenceOf(prepare(given))).toContain(words);
  });

  it('refuse pictures in their place, and masks that are all the same', async () => {
    const many = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
    const gray = Array.from({ length: 256 }, (_, i) => [i, i, i] as const);
    const pictures = { ...plain(), '1.png': encodeIndexedPng(many, 8, gray), '0.png': mask(0) };
    expect(await sentenceOf(prepare(await writeSet(newFolder(), pictures)))).toContain(
      'they must have at most 64 values, as label maps do',
    );
    const empty = Object.fromEntries(numbers.map((i) => [`${i}.png`, mask(i, 0)]));
    expect(await sentenceOf(prepare(await writeSet(newFolder(), empty)))).toContain(
      'they must have at least 2 values, received 0 alone',
    );
  });
});

describe('pictures beside images', () => {
  it('are prepared and moved as they are, and gray until one has colour', async () => {
    const folder = newFolder();
    const { data, cacheDir } = await writeSet(folder, plain());
    const conditionImages = join(folder, 'low');
    mkdirSync(conditionImages);
    await writeFiles(
      conditionImages,
      Object.fromEntries(numbers.map((i) => [`${i}.png`, picture(3 - i).resize(4, 4)])),
    );
    const dataset = await prepare({ data, conditionImages, cacheDir });
    expect(dataset.beside).toMatchObject({ channels: 1 });
    expect(dataset.beside?.mask).toBeUndefined();
    const { conditionImage } = await readTold(dataset, [0], 'input', { flips: [1] });
    const first = Array.from(conditionImage!.subarray(0, 8), (value) => Math.round(value));
    expect([first[0], first[7]]).toEqual([-1, 1]);
    expect(readFileSync(join(dataset.folder, 'beside.bin'))).toHaveLength(64 * COUNT);
  });

  it('are left out with their images where their proportions differ', async () => {
    const folder = newFolder();
    const { data, cacheDir } = await writeSet(folder, plain());
    const conditionImages = join(folder, 'low');
    mkdirSync(conditionImages);
    const others = numbers.map((i) => [`${i}.png`, grayPicture(i === 1 ? 16 : 4, 4, () => 99)] as const);
    await writeFiles(conditionImages, Object.fromEntries(others));
    const dataset = await prepare({ data, conditionImages, cacheDir });
    expect(dataset.skipped).toEqual([
      { file: '1.png', reason: 'what lies beside it has other proportions: it is 16 x 4 pixels, and its image 8 x 8' },
    ]);
  });

  it('are left out with their images where DICOM says that they show another place', async () => {
    const at = places();
    const conditionImages = join(dirname(at.data), 'low');
    const file = (side: number, position: string, frame = '1.2.3') =>
      dicomPicture({
        rows: side,
        columns: side,
        words: Array.from({ length: side * side }, (_, i) => i),
        elements: {
          '0018,0050 DS': '2',
          '0020,0032 DS': position,
          '0020,0037 DS': '1\\0\\0\\0\\1\\0',
          '0020,0052 UI': frame,
          '0028,0030 DS': side === 8 ? '1\\1' : '2\\2',
        },
      });
    const names = ['same.dcm', 'moved.dcm', 'slice.dcm', 'frame.dcm'];
    await writeFiles(at.data, Object.fromEntries(names.map((name) => [name, file(8, '10\\20\\30')])));
    await writeFiles(conditionImages, {
      'same.dcm': file(4, '10.5\\20.5\\31'),
      'moved.dcm': file(4, '13.5\\20.5\\30'),
      'slice.dcm': file(4, '10.5\\20.5\\33'),
      'frame.dcm': file(4, '300\\20.5\\30', '1.2.4'),
    });
    const { skipped } = await prepare({ ...at, conditionImages });
    const fault = (words: string) => `what lies beside it shows another place, ${words}: resample it onto the image`;
    expect(skipped).toEqual([
      { file: 'moved.dcm', reason: fault('by up to 3 mm at an edge') },
      { file: 'slice.dcm', reason: fault('up to 3 mm before or behind it') },
    ]);
  });

  it('are compared with the first channel where an image has a file for each', async () => {
    const at = places();
    const conditionImages = join(dirname(at.data), 'low');
    const volume = (side: number) =>
      niftiFile({ size: [side, side, 1], values: Array.from({ length: side * side }, (_, i) => i) });
    const files = ['a_x', 'a_y', 'b_x', 'b_y'].map((name) => [`${name}.nii`, volume(8)] as const);
    await writeFiles(at.data, Object.fromEntries(files));
    await writeFiles(conditionImages, { 'a.nii': volume(8), 'b.nii': volume(4) });
    const { skipped } = await prepare({ ...at, conditionImages, channels: { x: '*_x.nii', y: '*_y.nii' } });
    expect(skipped).toEqual([{ file: 'b', reason: expect.stringContaining('shows another place, by up to 5.7 mm') }]);
  });

  it('are refused where none has the name of an image', async () => {
    const folder = newFolder();
    const { data, cacheDir } = await writeSet(folder, plain());
    const conditionImages = join(folder, 'low');
    mkdirSync(conditionImages);
    await writeFiles(conditionImages, { 'y.png': picture(0) });
    expect(await sentenceOf(prepare({ data, conditionImages, cacheDir }))).toContain(
      '--condition-images must have pictures under the names of the images, received y.png for 0.png',
    );
  });
});
