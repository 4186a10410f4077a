import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { walkImages } from '#base/folders/walk.ts';
import { writeSet } from '#phantom/write-set.ts';
import { dicomPicture } from '#test/pictures/dicom.ts';
import { casePlaces, deepPicture, grayPicture, noisePicture, writeFiles } from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { tiff } from '#test/pictures/tiff.ts';
import { openLabelMaps } from '#training/data/label-maps/open.ts';
import type { LabelOptions } from '#training/data/label-maps/types.ts';

type Files = Parameters<typeof writeFiles>[1];
const place = casePlaces('images');
const OPTIONS: LabelOptions = { size: 4, fit: 'stretch' };
const picture = (width = 4, height = 4) => grayPicture(width, height, (x) => 60 * x);
/** Labels 0 to 3 from the left to the right. */
const mask = (width = 4, height = 4) => grayPicture(width, height, (x) => Math.floor((4 * x) / width));
const LINE = [0, 1, 2, 3];
const LABELS = [...LINE, ...LINE, ...LINE, ...LINE];

async function open(images: Files, masks: Files, options: Partial<LabelOptions> = {}) {
  const { data, cacheDir } = place();
  await writeFiles(data, images);
  const folder = await writeFiles(join(cacheDir, 'masks'), masks);
  const maps = await openLabelMaps(folder, data, { ...OPTIONS, ...options });
  return { maps, data, folder, paths: Object.keys(images) };
}

/** What is said of the label map of one image. */
async function reasonOf(image: Files[string], masks: Files, options: Partial<LabelOptions> = {}, name = 'a.png') {
  const { maps } = await open({ [name]: image }, masks, options);
  const [first] = await maps.of(name);
  return 'reason' in first! ? first.reason : first;
}

describe('a folder of label maps', () => {
  it('gives each image its labels, at the size of the images', async () => {
    const { maps, paths } = await open(
      { 'a/1.png': picture(), 'b/1.jpg': picture(8, 8).jpeg(), 'c.png': picture(8, 8) },
      {
        'a/1_mask.png': mask(),
        'b/1.tif': mask(8, 8).tiff({ compression: 'lzw' }),
        'c.png': mask(),
        'readme.txt': 'by hand',
      },
    );
    expect(await maps.match(paths)).toEqual({ images: [], masks: [] });
    const found = [];
    for (const path of paths) found.push(...(await maps.of(path)));
    const labels = Uint16Array.from(LABELS);
    expect(found).toEqual([
      { labels, resized: false },
      { labels, resized: false },
      { labels, resized: true },
    ]);
    expect(maps).toMatchObject({ name: 'masks', total: 3, names: new Map(), skipped: [] });
    expect(maps.unused()).toEqual([]);
  });

  it('names images without a label map, and label maps without an image', async () => {
    const { maps, paths } = await open(
      { 'a.png': picture(), 'b.png': picture() },
      { 'a.png': mask(), 'c.png': mask(), 'd.png': mask() },
    );
    expect(await maps.match(paths)).toEqual({ images: ['b.png'], masks: ['c.png', 'd.png'] });
    expect(await maps.of('b.png')).toEqual([{ reason: 'it has no label map' }]);
    await maps.of('a.png');
    expect(maps.unused()).toEqual(['c.png', 'd.png']);
  });

  it('that belongs to none of the images is refused', async () => {
    const { maps, folder, paths } = await open({ 'a.png': picture() }, { 'x/a.png': mask(), 'b.png': mask() });
    await expect(maps.match(paths)).rejects.toThrow(
      `Cannot read label maps: ${folder} must hold label maps of the images, named like them or made from them (DICOM SEG), received none for a.png, but b.png, x/a.png.`,
    );
  });

  it('may link one label map to several images', async () => {
    const { data, cacheDir } = place();
    await writeFiles(data, { 'a.png': picture(), 'b.png': picture() });
    const folder = await writeFiles(join(cacheDir, 'masks'), { 'a.png': mask() });
    symlinkSync('a.png', join(folder, 'b.png'));
    const maps = await openLabelMaps(folder, data, OPTIONS);
    expect(await maps.match(['a.png', 'b.png'])).toEqual({ images: [], masks: [] });
    expect(await maps.of('b.png')).toEqual(await maps.of('a.png'));
    expect(maps).toMatchObject({ total: 2, skipped: [] });
  });

  it('has another identity once a file is another, or labels.json', async () => {
    const { maps, folder, data } = await open({ 'a.png': picture() }, { 'a.png': mask() });
    const again = async () => (await openLabelMaps(folder, data, OPTIONS)).identity;
    expect(await again()).toBe(maps.identity);
    utimesSync(join(folder, 'a.png'), 1e9, 1e9);
    const touched = await again();
    expect(touched).not.toBe(maps.identity);
    writeFileSync(join(folder, 'labels.json'), '{"0": "background", "3": " bone "}');
    const named = await openLabelMaps(folder, data, OPTIONS);
    expect(named.identity).not.toBe(touched);
    expect([...named.names]).toEqual([
      [0, 'background'],
      [3, 'bone'],
    ]);
  });

  it('gives those of the pages that are asked for', async () => {
    const pages = async (count: number) => {
      const raw = Uint8Array.from({ length: 16 * count }, (_, i) => Math.floor(i / 16));
      const options = { raw: { width: 4, height: 4 * count, channels: 1, pageHeight: 4 } } as const;
      return sharp(raw, options).toColourspace('b-w').tiff({ compression: 'lzw' }).toBuffer();
    };
    const images = { 'a.tif': await pages(3) };
    const { maps } = await open(images, images, { frames: '2-3' });
    expect(await maps.of('a.tif')).toEqual(
      [1, 2].map((label) => ({ labels: new Uint16Array(16).fill(label), resized: false })),
    );
    const first = await open(images, images);
    expect(await first.maps.of('a.tif')).toHaveLength(1);
    const few = await open(images, { 'a.tif': await pages(2) }, { frames: 'all' });
    const reason = 'its label map a.tif: it has 2 pictures, and its image 3';
    expect(await few.maps.of('a.tif')).toEqual([{ reason }, { reason }, { reason }]);
    const one = await open(images, { 'a.png': mask() }, { frames: 'middle' });
    expect(await one.maps.of('a.tif')).toEqual([{ reason: 'its label map a.png: it has 1 picture, and its image 3' }]);
  });
});

describe('a label map cannot be used', () => {
  const whole = () => mask(40, 40).toBuffer();

  it.each<[string, Files[string] | (() => Promise<Uint8Array>), string]>([
    ['that is empty', new Uint8Array(), 'an empty file'],
    ['that is cut', async () => (await whole()).subarray(0, 60), 'truncated: the PNG file has no end'],
    [
      'of real numbers',
      tiff('float', 32, [0, 1, 0.25, 3]),
      'its values must be whole numbers from 0 to 65535, and one is 0.25',
    ],
    [
      'in colour',
      noisePicture(4, 4).png(),
      'it is in colour, and a label is one number: save it as gray, or with a palette',
    ],
    [
      'of many values',
      deepPicture(20, 20, (x, y) => 100 * x + y),
      'it has 400 different values, more than 256: it looks like a picture, not a label map',
    ],
    ['of other proportions', mask(30, 40), 'it is 30 x 40 pixels, and its image 4 x 4'],
    ['that is a volume', niftiFile({ size: [4, 4, 1], values: LABELS }), 'it is a NIfTI file, and its image is none'],
  ])('%s', async (_, content, reason) => {
    const bytes = typeof content === 'function' ? await content() : content;
    const name = reason.includes('NIfTI') ? 'a.nii' : 'a.png';
    expect(await reasonOf(picture(), { [name]: bytes })).toBe(`its label map ${name}: ${reason}`);
  });

  it('as JPEG, beside a file that is gone', async () => {
    expect(await reasonOf(picture(), { 'a.jpg': picture().jpeg() })).toBe(
      'its label map a.jpg: it is a JPEG, which changes values: save it as PNG',
    );
    const { maps, folder } = await open({ 'a.png': picture() }, { 'a.png': mask() });
    rmSync(join(folder, 'a.png'));
    expect(await maps.of('a.png')).toEqual([{ reason: expect.stringMatching(/^its label map a.png: /) }]);
  });

  it('and so where the image cannot be read', async () => {
    expect(await reasonOf(new Uint8Array(), { 'a.png': mask() })).toBe('an empty file');
  });
});

describe('label maps of NIfTI', () => {
  const size: [number, number, number] = [3, 4, 5];
  const volume = (value: (i: number) => number, more = {}) =>
    niftiFile({ size, values: Array.from({ length: 60 }, (_, i) => value(i)), ...more });
  const image = volume((i) => i);

  it('are of the slices of the image, at its form', async () => {
    const spacing: [number, number, number] = [1, 1, 2];
    const images = { 'a.nii': volume((i) => i, { spacing }) };
    const { maps } = await open(
      images,
      { 'a_seg.nii': volume((i) => i % 3, { spacing }) },
      { frames: '2', axis: 'coronal', size: '3x10' },
    );
    const [found] = await maps.of('a.nii');
    // A voxel is twice as high as it is wide.
    const rows = Array.from({ length: 5 }, () => [2, 1, 0, 2, 1, 0]);
    expect(found).toEqual({ labels: Uint16Array.from(rows.flat()), resized: false });
    expect((await open(images, { 'a.nii': images['a.nii'] })).maps.total).toBe(1);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'of real numbers',
      volume((i) => i, { slope: 0.5 }),
      'its values must be whole numbers from 0 to 65535, and one is 17.5',
    ],
    ['below zero', volume((i) => -i), 'its values must be whole numbers from 0 to 65535, and one is -35'],
    [
      'of other voxels',
      niftiFile({ size: [3, 4, 4], values: new Int16Array(48) }),
      'it has 3 x 4 x 4 voxels, and its image 3 x 4 x 5',
    ],
    [
      'of another spacing',
      volume((i) => i % 3, { spacing: [1, 1, 1.5] }),
      'it lies elsewhere in space than its image, by up to 2 mm at a corner: resample it onto the image',
    ],
    ['that are cut', image.subarray(0, 400), 'truncated: it has 48 of 120 bytes of voxels'],
  ])('%s are refused', async (_, bytes, reason) => {
    expect(await reasonOf(image, { 'a.nii': bytes }, {}, 'a.nii')).toBe(`its label map a.nii: ${reason}`);
  });

  it('must be NIfTI too, as a picture does not say how it lies', async () => {
    expect(await reasonOf(image, { 'a.png': mask() }, {}, 'a.nii')).toBe(
      'its label map a.png: it must be a NIfTI file as its image is one: only these say how their slices lie',
    );
  });

  it('must have one volume', async () => {
    const two = Buffer.concat([image, image.subarray(352)]);
    two.writeInt16LE(4, 40);
    two.writeInt16LE(2, 48);
    expect(await reasonOf(image, { 'a.nii': two }, {}, 'a.nii')).toBe(
      'its label map a.nii: it has 2 volumes, and a label map has one',
    );
  });
});

describe('a DICOM image', () => {
  it('may have a picture as its label map', async () => {
    const { maps, paths } = await open({ 'IM 1': dicomPicture() }, { 'IM 1.png': mask() });
    expect(await maps.match(paths)).toEqual({ images: [], masks: [] });
    expect(await maps.of('IM 1')).toEqual([{ labels: Uint16Array.from(LABELS), resized: false }]);
  });

  it('is no label map of another', async () => {
    const { maps } = await open({ 'a.dcm': dicomPicture() }, { 'a.dcm': dicomPicture() });
    expect(maps.skipped).toEqual([{ file: 'a.dcm', reason: 'a DICOM file that is no segmentation (SEG)' }]);
    expect(await maps.of('a.dcm')).toEqual([{ reason: 'it has no label map' }]);
  });
});

describe('label maps of phantoms', () => {
  it.each(['png', 'dicom'] as const)(
    'are those of their pictures, in the folder of these or beside it: %s',
    async (format) => {
      const { data } = place();
      await writeSet({ count: 3, size: 32, masks: true, format, out: data });
      const below = async (images: string) => {
        const maps = await openLabelMaps(join(data, 'masks'), images, { size: 32, fit: 'crop' });
        const paths = walkImages(images).images.map(({ path }) => path);
        expect(await maps.match(paths)).toEqual({ images: [], masks: [] });
        expect(maps.names.get(0)).toBe('background');
        const found = [];
        for (const path of paths) found.push(...(await maps.of(path)));
        return found;
      };
      const found = await below(data);
      expect(await below(join(data, 'images'))).toEqual(found);
      for (const one of found) expect('labels' in one && new Set(one.labels).size).toBeGreaterThan(4);
    },
  );

  it('have one labels.json, in the folder that is named', async () => {
    const { data, cacheDir } = place();
    await writeSet({ count: 1, size: 32, masks: true, out: cacheDir });
    await writeFiles(data, { 'a.png': picture() });
    await expect(openLabelMaps(cacheDir, data, OPTIONS)).rejects.toThrow(
      `Cannot read label maps: labels.json must lie in the folder of --masks itself, received masks/labels.json in ${cacheDir}.`,
    );
  });
});

describe('the folder of label maps', () => {
  const opened = async (masks: (data: string, root: string) => string) => {
    const { data, cacheDir } = place();
    await writeFiles(data, { 'a.png': picture() });
    return { data, opening: openLabelMaps(masks(data, cacheDir), data, OPTIONS) };
  };
  const made = (path: string) => {
    mkdirSync(path, { recursive: true });
    return path;
  };

  it('must hold some', async () => {
    const empty = await opened((_, root) => made(join(root, 'empty')));
    await expect(empty.opening).rejects.toThrow(
      /^Cannot read label maps: --masks must be a folder with label maps \(PNG, TIFF, NIfTI or DICOM SEG\), received an empty folder: .*empty\.$/,
    );
    const others = await opened((_, root) => {
      writeFileSync(join(made(join(root, 'others')), 'a.bmp'), 'BM');
      return join(root, 'others');
    });
    await expect(others.opening).rejects.toThrow('received only other files (1 .bmp): ');
    const gone = await opened((_, root) => join(root, 'gone'));
    await expect(gone.opening).rejects.toThrow(
      /^Cannot read label maps: --masks must be a folder with label maps, received ".*gone": /,
    );
    const file = await opened((data) => join(data, 'a.png'));
    await expect(file.opening).rejects.toThrow(/with label maps, received the file .*a.png\.$/);
  });

  it('goes with a folder of images, and not with digits', async () => {
    await expect(openLabelMaps('masks', 'digits', OPTIONS)).rejects.toThrow(
      'Cannot read label maps: --masks must be left out unless data is a folder of images, received it with digits.',
    );
  });

  it('must not be that of the images, lie in it or hold it', async () => {
    const same = await opened((data) => data);
    await expect(same.opening).rejects.toThrow(
      `Cannot read label maps: --masks must be a folder beside that of the images, received the folder of the images, ${same.data}.`,
    );
    const within = await opened((data) => made(join(data, 'masks')));
    await expect(within.opening).rejects.toThrow(/masks, which lies in it, where label maps would count as images\.$/);
    const around = await opened((data) => join(data, '..'));
    await expect(around.opening).rejects.toThrow(/, which holds it, so that images would count as label maps\.$/);
    expect(basename(same.data)).toBe('images');
  });

  it.each([
    ['[]', '[]'],
    ['{', 'no JSON'],
    ['{"-1": "a"}', 'the number "-1"'],
    ['{"01": "a"}', 'the number "01"'],
    ['{"65536": "a"}', 'the number "65536"'],
    ['{"1": ""}', '"" as the name of 1'],
    ['{"1": 2}', '2 as the name of 1'],
    ['{"1": "Bone", "2": "bone"}', 'the name "bone" for 1 and 2'],
  ])('has names in labels.json that are checked: %s', async (text, received) => {
    await expect(open({ 'a.png': picture() }, { 'a.png': mask(), 'labels.json': text })).rejects.toThrow(
      `labels.json must be numbers from 0 to 65535 with a name each, as {"0": "background", "1": "bone"}, received ${received}.`,
    );
  });
});
