/** Medical files through `prepareDataset`: what `--data` names, what becomes of the files, and what is said of them. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { type DicomPicture, dicomFile, dicomPicture, type Elements, PLANTED, RGB } from '#test/pictures/dicom.ts';
import {
  allPixels,
  casePlaces,
  deepPicture,
  flatPicture,
  grayPicture,
  prepare,
  SMALL,
  writeFiles,
} from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { lookAtImages } from '#training/data/look.ts';
import type { PrepareOptions } from '#training/data/set/types.ts';

const place = casePlaces('scans');

async function folderOf(files: Record<string, Uint8Array | string>) {
  const { data, cacheDir } = place();
  return { data: await writeFiles(data, files), cacheDir, size: 4 };
}

/** One value everywhere, in a window from 0 to 256. */
const even = (value: number, more: DicomPicture = {}) =>
  dicomPicture({
    rows: 4,
    columns: 4,
    words: Array(16).fill(value),
    ...more,
    elements: { '0028,1050 DS': '128', '0028,1051 DS': '256', '0028,1056 CS': 'LINEAR_EXACT', ...more.elements },
  });

/** Three slices of level 70. */
const SEVENTY = niftiFile({ size: [4, 4, 3], values: Array(48).fill(70), range: [0, 255] });

/** The first level of each picture. */
async function firsts(options: Parameters<typeof prepare>[0]): Promise<number[]> {
  const dataset = await prepare(options);
  const each = dataset.channels * dataset.height * dataset.width;
  const pixels = await allPixels(dataset);
  return Array.from({ length: dataset.count }, (_, i) => pixels[each * i]!);
}

describe('a folder of medical files', () => {
  it('is read whatever the files are called', async () => {
    const at = await folderOf({
      'a.dcm': even(10),
      'b.DICOM': even(20),
      'c.ima': even(30),
      'd/IM000001': even(40),
      'd/IM000002': even(50),
      '1.2.840.113619.2.1': even(60),
      'notes.txt': 'x',
      DICOMDIR: dicomFile({ '0002,0010 UI': '1.2.840.10008.1.2.1' }, {}),
      'z.nii': SEVENTY,
    });
    expect(await firsts(at)).toEqual([60, 10, 20, 30, 40, 50, 70]);
  });

  it('brings back files in colour that a set of channels 1 left out', async () => {
    const rgb = { ...RGB, '7fe0,0010 OW': Uint8Array.of(200, 10, 20) };
    const at = await folderOf({
      '1.dcm': even(10),
      '2.dcm': dicomPicture({ rows: 1, columns: 1, words: [], elements: rgb }),
    });
    expect((await prepare({ ...at, channels: 1 })).count).toBe(1);
    expect(await prepare(at)).toMatchObject({ count: 2, channels: 3, skipped: [] });
    expect(await prepare({ ...at, channels: 1 })).toMatchObject({ count: 1, cached: true });
  });

  it('goes on after files that cannot be used, and names each with its reason; with strict it stops', async () => {
    const rgb = { ...RGB, '7fe0,0010 OW': Uint8Array.of(200, 10, 20) };
    const at = await folderOf({
      '1.dcm': even(10),
      '2.dcm': dicomPicture({ elements: { '7fe0,0010 OW': undefined } }),
      '3.nii.gz': Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
      '4.dcm': dicomPicture({ rows: 1, columns: 1, words: [], elements: rgb }),
    });
    const { channels, notes } = await prepare(at);
    const note = '1 of 2 images have colour, so all are kept as RGB (channels 1 would make them gray).';
    expect([channels, notes]).toEqual([3, [note]]);
    const dataset = await prepare({ ...at, channels: 1 });
    expect(dataset.count).toBe(1);
    expect(dataset.skipped).toEqual([
      { file: '2.dcm', reason: 'without pixels: a report, a plan or the like' },
      { file: '3.nii.gz', reason: 'truncated: its zipped part has no end' },
      { file: '4.dcm', reason: 'a picture in colour (RGB), where channels 1 asks for gray' },
    ]);
    await expect(prepare({ ...at, strict: true })).rejects.toThrow(
      'Cannot prepare scans: with --strict every image must be usable, received 2.dcm: without pixels: a report, a plan or the like.',
    );
  });

  it('has classes by its sub-folders, but not those that are called as the patient', async () => {
    const files = { 'healthy/1.dcm': even(1), 'broken/2.dcm': even(2) };
    expect((await prepare(await folderOf(files))).classNames).toEqual(['broken', 'healthy']);
    for (const name of ['ottokar_QUENGELSBERG', 'Patient ZX 77031']) {
      const dataset = await prepare(await folderOf({ [`${name}/1.dcm`]: even(1), 'other/2': even(2) }));
      expect(dataset.classNames).toBeUndefined();
      expect(dataset.notes).toEqual([
        'The sub-folders are not used as classes, since one is named after the patient of its files.',
      ]);
    }
  });

  it('is resized at 16 bits, in the form of its pixels, and padded with the background', async () => {
    const wide = even(100, { rows: 8, columns: 8, words: Array(64).fill(100), elements: { '0028,0030 DS': '1\\0.5' } });
    const at = await folderOf({ '1.dcm': wide });
    const dataset = await prepare({ ...at, fit: 'pad', background: 'white' });
    expect([...(await allPixels(dataset))]).toEqual(
      Array.from({ length: 16 }, (_, i) => ([0, 3].includes(i % 4) ? 255 : 100)),
    );
  });

  describe('shows a disc as a disc', () => {
    const [columns, rows] = [80, 128];
    const words = Array.from({ length: columns * rows }, (_, i) => {
      const [x, y] = [(i % columns) - 39.5, Math.floor(i / columns) - 63.5];
      return Math.hypot(x / 38, y / 60.8) < 1 ? 200 : 0;
    });
    const disc = (elements: Elements) => even(0, { rows, columns, words, elements });

    /** Width and height of the disc in the middle of 64 x 64 pixels, by the light of its row and its column. */
    async function extent(bytes: Uint8Array) {
      const dataset = await prepare({ ...(await folderOf({ '1.dcm': bytes })), size: 64, fit: 'pad' });
      const pixels = await allPixels(dataset);
      const length = (places: (i: number) => number) =>
        Array.from({ length: 64 }, (_, i) => pixels[places(i)]! / 200).reduce((sum, share) => sum + share, 0);
      return { wide: length((i) => 64 * 32 + i), high: length((i) => 64 * i + 32), notes: dataset.notes };
    }

    it('by the spacing of its pixels', async () => {
      const { wide, high, notes } = await extent(disc({ '0028,0030 DS': '0.1\\0.16' }));
      expectClose([wide, high], [60.8, 60.8], { absolute: 0.6 });
      expect(notes).toEqual([]);
    });

    it.each(['0\\0.16', '0.16'])('or says that it may be none, for a spacing of %s', async (spacing) => {
      const { wide, high, notes } = await extent(disc({ '0028,0030 DS': spacing }));
      expectClose([wide, high], [38, 60.8], { absolute: 0.6 });
      expect(notes).toEqual([
        '1 image whose files give an unusable pixel size, such as 0 or a single number: their pixels are taken as square, so proportions may be wrong.',
      ]);
    });
  });

  it('says that text may be burnt into pixels', async () => {
    const at = await folderOf({
      '1.dcm': even(1, { elements: { '0028,0301 CS': 'YES' } }),
      '2.dcm': even(2, { elements: { '0028,0301 CS': 'NO' } }),
    });
    expect((await prepare(at)).notes).toEqual([
      '1 image with text burnt into the pixels, as their files say: it may name the patient, and a model may learn it.',
    ]);
  });
});

describe('a CSV', () => {
  it('names DICOM files as it names pictures', async () => {
    const at = await folderOf({
      '1377.dcm': even(10),
      'sub/1378': even(20),
      '1.2.3.4': even(30),
      '1.2.3.5': even(40),
      '1379.png': '',
    });
    const csv = join(at.data, '..', 'train.csv');
    writeFileSync(
      csv,
      'id,boneage,male\n1378,94,True\n1377,180,False\n1.2.3.4,12,True\n1.2.3.9,5,True\n1.2.3.5,-3,True\n',
    );
    const options = { ...at, csv, labelColumn: 'male', conditionColumns: 'boneage:0..240' };
    expect(await firsts(options)).toEqual([20, 10, 30]);
    const dataset = await prepare(options);
    expect([...dataset.conditions!.values]).toEqual([94, 180, 12]);
    expect(dataset.classNames).toEqual(['False', 'True']);
    expect(dataset.skipped.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
      '1.2.3.9.png: missing: the CSV names it, but the folder does not have it',
      '1.2.3.5: boneage -3 on line 6 is outside 0 to 240 (boneage:from..to sets another range)',
    ]);
  });
});

describe('--frames', () => {
  const words = [10, 20, 30, 40, 50].flatMap((value) => Array(16).fill(value));
  const five = even(0, { words, elements: { '0028,0008 IS': '5' } });

  it('takes the first with a note, or those that are asked for, with what the CSV says of their file', async () => {
    const at = await folderOf({ 'a.dcm': five, 'b.dcm': even(90) });
    expect((await prepare(at)).notes).toEqual([
      '1 file with several frames, slices or pages: only one of each is used (--frames chooses others).',
    ]);
    expect(await firsts({ ...at, frames: 'all' })).toEqual([10, 20, 30, 40, 50, 90]);
    const csv = join(at.data, '..', 'ages.csv');
    writeFileSync(csv, 'id,age\na,7\nb,8\n');
    const dataset = await prepare({ ...at, csv, conditionColumns: 'age', frames: '2-3' });
    expect([...dataset.conditions!.values]).toEqual([7, 7]);
    expect(dataset.skipped).toEqual([{ file: 'b.dcm', reason: 'it has 1 frame, and frame 2 was asked for' }]);
  });

  it('are counted before they are read', async () => {
    const at = await folderOf({ 'a.dcm': five, 'b.dcm': even(90), 'c.nii': SEVENTY });
    const look = (frames?: string) => lookAtImages({ ...SMALL, ...at, ...(frames && { frames }) });
    expect((await look()).total).toBe(3);
    expect(await look('all')).toMatchObject({ total: 9, looked: 9 });
  });

  it('takes pages of other pictures too', async () => {
    const pages = await Promise.all([10, 20, 30].map((level) => flatPicture(4, 4, level, level, level).toBuffer()));
    const tiff = sharp(pages, { join: { animated: true } }).tiff({ compression: 'none' });
    const at = await folderOf({ 'a.tiff': await tiff.toBuffer() });
    expect(await firsts({ ...at, frames: 'all' })).toEqual([10, 20, 30]);
  });
});

describe('--window', () => {
  it('is laid on DICOM, NIfTI and gray pictures of 16 bits, at their full depth', async () => {
    const level = (x: number) => 30_000 + 10 * x;
    const at = await folderOf({
      'a.png': await deepPicture(4, 4, level).toBuffer(),
      'b.tif': await sharp(await deepPicture(4, 4, level).toBuffer())
        .toColourspace('grey16')
        .tiff({ compression: 'lzw' })
        .toBuffer(),
      'c.dcm': dicomPicture({
        words: Array.from({ length: 16 }, (_, i) => level(i % 4)),
        elements: { '0028,0101 US': [16], '0028,0102 US': [15] },
      }),
      'd.nii': niftiFile({ size: [4, 4, 1], values: Array.from({ length: 16 }, (_, i) => level(3 - (i % 4))) }),
      'e.png': await grayPicture(4, 4, () => 77).toBuffer(),
    });
    const rows = async (window: string) => {
      const pixels = await allPixels(await prepare({ ...at, window }));
      return Array.from({ length: 5 }, (_, i) => [...pixels.subarray(16 * i, 16 * i + 4)]);
    };
    const auto = [0, 85, 170, 255];
    expect(await rows('auto')).toEqual([auto, auto, auto, auto, Array(4).fill(77)]);
    const chosen = [0, 128, 255, 255];
    expect(await rows('30010,20')).toEqual([chosen, chosen, chosen, chosen, Array(4).fill(77)]);
    const [png, tiff, dicom] = await rows('dicom');
    expect([png, tiff, dicom]).toEqual([Array(4).fill(117), Array(4).fill(117), auto]);
  });

  it('is no secret where it changes nothing', async () => {
    const gray = await grayPicture(4, 4, () => 77).toBuffer();
    const at = await folderOf({ '1.png': gray, '2.dcm': even(10) });
    const note = async (data: Partial<PrepareOptions>) => (await prepare({ ...at, ...data })).notes;
    const which = 'it applies only to gray DICOM, NIfTI, gray pictures of 16 bits, and TIFF of measurements.';
    expect(await note({ window: '128,256' })).toEqual([`The window does not change 1 of 2 images: ${which}`]);
    expect(await note({})).toEqual([]);
    const eight = await folderOf({ '1.png': gray });
    expect((await prepare({ ...eight, window: 'auto' })).notes).toEqual([
      `The window does not change any image: ${which}`,
    ]);
  });

  it('blends what is transparent of a picture of 16 bits', async () => {
    const pixels = Uint16Array.from([100, 65_535, 300, 65_535, 200, 0, 9, 0]);
    const picture = sharp(pixels, { raw: { width: 2, height: 2, channels: 2 } })
      .toColourspace('grey16')
      .png();
    const at = await folderOf({ '1.png': await picture.toBuffer() });
    const dataset = await prepare({ ...at, size: 2, window: 'auto', background: 'white' });
    expect([...(await allPixels(dataset))]).toEqual([0, 255, 255, 255]);
    expect(dataset.notes[0]).toMatch(/^1 image with transparent pixels/);
  });

  it('makes another set of the same files, and so do frames and axis', async () => {
    const at = await folderOf({ 'a.dcm': dicomPicture() });
    const hashes = new Set<string>();
    const others = [{ window: 'auto' }, { window: '5,10' }, { frames: 'first' }, { axis: 'coronal' }] as const;
    for (const options of [{}, ...others]) hashes.add((await prepare({ ...at, ...options })).folder);
    expect(hashes.size).toBe(5);
    expect((await prepare({ ...at, window: 'auto' })).cached).toBe(true);
  });

  it.each([
    ['window', 'bright', 'dicom, auto, or a centre and a width above 0 such as 40,400, received "bright".'],
    ['window', '40,0', 'dicom, auto, or a centre and a width above 0 such as 40,400, received "40,0".'],
    ['frames', '0-3', 'first, middle, all, or numbers from 1 such as 7 or 10-20, received "0-3".'],
    ['frames', '9-3', 'first, middle, all, or numbers from 1 such as 7 or 10-20, received "9-3".'],
    ['axis', 'z', 'one of axial, coronal, sagittal, received "z".'],
  ])('and the others are checked: %s %s', async (key, value, rule) => {
    const at = await folderOf({ 'a.dcm': even(10) });
    await expect(prepare({ ...at, [key]: value })).rejects.toThrow(`Cannot prepare images: ${key} must be ${rule}`);
  });
});

describe('a DICOMDIR', () => {
  const record = (type: string, file?: string) => ({
    '0004,1430 CS': type,
    ...(file !== undefined && { '0004,1500 CS': file }),
    '0010,0010 PN': PLANTED.name,
  });
  const listing = (...records: ReturnType<typeof record>[]) =>
    dicomFile({ '0002,0010 UI': '1.2.840.10008.1.2.1' }, { '0004,1220 SQ': records });

  it('lists the images to read, in its order, whatever the case of their names', async () => {
    const at = await folderOf({
      DICOMDIR: listing(
        record('PATIENT'),
        record('IMAGE', 'IMG\\B'),
        record('IMAGE', 'IMG\\A '),
        record('SR DOCUMENT', 'IMG\\C'),
        record('IMAGE', 'IMG\\GONE'),
        record('IMAGE', 'IMG\\LINK'),
        record('IMAGE', '..\\A'),
      ),
      'img/a': even(10),
      'img/b': even(20),
      'img/c': even(30),
      'img/d': even(40),
    });
    symlinkSync(join(at.data, 'nowhere'), join(at.data, 'img', 'link'));
    const options = { ...at, data: join(at.data, 'DICOMDIR') };
    expect(await firsts(options)).toEqual([20, 10]);
    expect((await prepare(options)).skipped).toEqual([
      { file: 'IMG/GONE', reason: 'missing: the DICOMDIR names it, but it is not there' },
      { file: 'IMG/LINK', reason: 'missing: the DICOMDIR names it, but it is not there' },
      { file: '../A', reason: 'the DICOMDIR names it in a way that leads elsewhere' },
    ]);
  });

  it('that lists nothing, or cannot be read, is an error', async () => {
    const at = await folderOf({ DICOMDIR: 'x' });
    const data = join(at.data, 'DICOMDIR');
    await expect(prepare({ ...at, data })).rejects.toThrow(
      `Cannot prepare images: the DICOMDIR must list DICOM files, received ${data}: truncated: it ends within the head of a DICOM file.`,
    );
    writeFileSync(data, dicomFile({ '0002,0010 UI': '1.2.840.10008.1.2.1' }, { '0004,1130 CS': 'SET' }));
    await expect(prepare({ ...at, data })).rejects.toThrow('it lists no files.');
  });
});

it('one medical file may be named by itself', async () => {
  const at = await folderOf({ 'a.nii': SEVENTY, 'b.dcm': even(10) });
  expect(await firsts({ ...at, data: join(at.data, 'a.nii'), frames: 'all' })).toEqual([70, 70, 70]);
  expect(await firsts({ ...at, data: join(at.data, 'b.dcm') })).toEqual([10]);
});

it('images of one patient, however the name is spelled, and frames of one file are held out together', async () => {
  const named = (name: string, i: number) =>
    even(i, { elements: { '0010,0010 PN': name, '0010,0020 LO': name.at(-1)!, '0020,000d UI': `1.2.${i}` } });
  const groupsOf = async (files: Record<string, Uint8Array>) => {
    const dataset = await prepare({ ...(await folderOf(files)), frames: 'all', validationShare: 0.25 });
    const { groups } = JSON.parse(readFileSync(join(dataset.folder, 'index.json'), 'utf8'));
    return [groups, dataset.notes.at(-1)];
  };
  const names = ['P^0', 'P^1', 'P^2', 'P^3', 'p 0', 'p 1', 'p 2', 'p 3'];
  const told = 'Training and held-out images share no patient, study or file.';
  const patients = Object.fromEntries(names.map((name, i) => [`${i}.dcm`, named(name, i)]));
  expect(await groupsOf(patients)).toEqual([[0, 1, 2, 3, 0, 1, 2, 3], told]);
  const volumes = { 'a.nii': SEVENTY, 'b.nii': SEVENTY, 'c.nii': SEVENTY, 'd.nii': SEVENTY };
  expect(await groupsOf(volumes)).toEqual([[0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], told]);
});

describe('how large a pixel is', () => {
  const spaced = (value: number, spacing: string, elements: Elements = {}) =>
    even(value, { elements: { '0028,0030 DS': spacing, ...elements } });
  const known = async (files: Record<string, Uint8Array>, more: Partial<PrepareOptions> = {}) => {
    const { pixelSpacing, levels } = await prepare({ ...(await folderOf(files)), ...more });
    return { pixelSpacing, levels };
  };

  it('is known where all files say the same', async () => {
    const half = spaced(9, '0.5\\0.5');
    expect((await known({ 'a.dcm': half, 'b.dcm': spaced(7, '0.501\\0.501') })).pixelSpacing).toBe(0.5);
    expect((await known({ 'a.dcm': half, 'b.dcm': half }, { size: 2 })).pixelSpacing).toBe(1);
    expect((await known({ 'a.dcm': half, 'b.dcm': spaced(7, '0.6\\0.6') })).pixelSpacing).toBeUndefined();
    expect((await known({ 'a.dcm': half, 'b.dcm': even(7) })).pixelSpacing).toBeUndefined();
    expect((await known({ 'a.dcm': even(7), 'b.dcm': half })).pixelSpacing).toBeUndefined();
    const detector = even(7, { elements: { '0018,1164 DS': '0.5\\0.5' } }); // of the detector, not of the patient
    expect((await known({ 'a.dcm': detector })).pixelSpacing).toBeUndefined();
  });

  it('is known of NIfTI in millimetres', async () => {
    const file = niftiFile({ size: [4, 4, 3], values: Array(48).fill(70), range: [0, 255], spacing: [0.5, 0.5, 2] });
    expect((await known({ 'a.nii': file })).pixelSpacing).toBeUndefined(); // in no unit
    file.writeUInt8(2, 123);
    expect((await known({ 'a.nii': file })).pixelSpacing).toBe(0.5);
  });

  it('is not all that is known of CT: a window measures Hounsfield units', async () => {
    const scale = { '0028,1052 DS': '-1024', '0028,1053 DS': '1' };
    const ct = (elements: Elements) => even(1000, { elements: { '0008,0060 CS': 'CT', ...scale, ...elements } });
    const levels = async (...files: Elements[]) =>
      (await known(Object.fromEntries(files.map((one, i) => [`${i}.dcm`, ct(one)])), { window: '40,400' })).levels;
    const [range, unit] = [{ black: -160, white: 240 }, 'HU'];
    expect(await levels({})).toEqual({ ...range, unit });
    expect(await levels({ '0028,1054 LO': 'US' })).toEqual(range);
    expect(await levels({}, { '0008,0060 CS': 'MR' })).toEqual(range);
    expect(await levels({ '0008,0060 CS': 'MR', '0028,1054 LO': 'HU' })).toEqual({ ...range, unit });
    expect(await levels({ '0028,0004 CS': 'MONOCHROME1' })).toBeUndefined(); // black is the greatest
  });
});
