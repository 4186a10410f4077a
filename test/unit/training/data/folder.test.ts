import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  allPixels,
  casePlaces,
  deepPicture,
  flatPicture,
  gray,
  listCache,
  noisePicture,
  prepare,
  writeFiles,
} from '#test/pictures/images.ts';
import { folderClasses, notesOnClasses, sortedClasses } from '#training/data/set/classes.ts';

const place = casePlaces();
const INKS = join(import.meta.dirname, '..', '..', '..', 'golden', 'data', 'images', 'inks.json');

describe('a folder of images', () => {
  it('is read nested, in the order of paths, in any format and letter case', async () => {
    const at = place();
    await writeFiles(at.data, {
      'b.PNG': gray(20),
      'a/z/deep.webp': gray(10).webp({ lossless: true }),
      'c.tiff': gray(30).tiff({ compression: 'lzw' }),
      'd.JPEG': gray(40).jpeg({ quality: 100 }),
      extensionless: gray(50),
      README: 'not a picture',
      'notes.txt': 'nor this',
      '.hidden.png': 'nor this',
      '__MACOSX/e.png': 'nor this',
    });
    const dataset = await prepare(at);
    expect(dataset).toMatchObject({ name: 'pictures', count: 5, channels: 1, skipped: [] });
    expect(dataset.notes).toEqual(['The sub-folders are not used as classes, since 4 images lie beside them.']);
    expect(dataset.labels).toBeUndefined();
    const pixels = await allPixels(dataset);
    expect([0, 1, 2, 3, 4].map((i) => pixels[i * 64])).toEqual([10, 20, 30, 40, 50]);
  });

  it('gives labels when there is one folder a class', async () => {
    const at = place();
    await writeFiles(at.data, {
      'all/dog/1.png': gray(1),
      'all/cat/x/2.png': gray(2),
      'all/cat/3.png': gray(3),
      'all/dog/4.png': 'broken',
    });
    const dataset = await prepare(at);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect([...dataset.labels!]).toEqual([0, 0, 1]);
    const pixels = await allPixels(dataset);
    expect([pixels[0], pixels[64], pixels[128]]).toEqual([3, 2, 1]);
  });

  it('lists, skips and counts what cannot be read, and loses nothing else', async () => {
    const at = place();
    const whole = await noisePicture(30, 30).jpeg().toBuffer();
    await writeFiles(at.data, {
      '1.png': gray(1),
      '2.jpg': whole.subarray(0, whole.length / 2),
      '3.png': '',
      '4.gif': 'GIF8 and then nothing',
      '5.png': gray(5),
    });
    const progress: unknown[] = [];
    const dataset = await prepare(at, (event) => progress.push(event));
    expect(dataset.skipped.map(({ file }) => file)).toEqual(['2.jpg', '3.png', '4.gif']);
    const reasons = dataset.skipped.map(({ reason }) => reason);
    expect(reasons[0]).toBe('truncated: the JPEG file has no end');
    expect(reasons[1]).toMatch(/empty|unsupported/);
    expect(reasons[2]).toMatch(/gif/i);
    expect(dataset.count).toBe(2);
    expect(progress.at(-1)).toEqual({ done: 5, total: 5, skipped: 3 });
    const pixels = await allPixels(dataset);
    expect([pixels[0], pixels[64]]).toEqual([1, 5]);
  });

  it('with strict stops at the first image that cannot be used, prepared or not', async () => {
    const at = place();
    await writeFiles(at.data, { '1.png': gray(1), '2.png': 'broken', '3.png': gray(3) });
    const message = /^Cannot prepare pictures: with --strict every image must be usable, received 2\.png: .+\.$/;
    await expect(prepare({ ...at, strict: true })).rejects.toThrow(message);
    expect(listCache(at.cacheDir)).toEqual({ complete: [], temporary: [] });
    expect((await prepare(at)).count).toBe(2);
    await expect(prepare({ ...at, strict: true })).rejects.toThrow(message);
  });

  it('without any usable image is an error that gives the first reason', async () => {
    const at = place();
    await writeFiles(at.data, { '1.png': 'broken', '2.png': 'broken' });
    await expect(prepare(at)).rejects.toThrow(
      /^Cannot prepare pictures: none of its 2 images can be used\. First, image 1\.png: .+\.$/,
    );
  });

  it('that is empty, or holds other files only, is an error that says what is there', async () => {
    const at = place();
    mkdirSync(at.data, { recursive: true });
    await expect(prepare(at)).rejects.toThrow(/data must be a folder with images .* received an empty folder/);
    await writeFiles(at.data, { '1.bmp': 'BM', 'x/2.bmp': 'BM', 'list.txt': '' });
    await expect(prepare(at)).rejects.toThrow('received only other files (2 .bmp, 1 .txt)');
  });

  it('that does not exist, or is some file, is an error', async () => {
    const at = place();
    await expect(prepare(at)).rejects.toThrow(
      /data must be "digits", a folder of images, a DICOMDIR, .npy or .npz, or IDX files, received ".*pictures": it is not there\.$/,
    );
    await writeFiles(at.data, { 'one.png': gray(1) });
    const received = async (name: string) =>
      (await prepare({ ...at, data: join(at.data, name) }).catch((error: Error) => error.message))
        .toString()
        .split('received ')[1]
        ?.replace(at.data, 'DATA');
    expect(await received('one.png')).toBe('one picture, DATA/one.png: give the folder that holds the pictures.');
    await writeFiles(at.data, { 'set.zip': 'PK', 'train.csv': 'id\n1\n', 'notes.txt': 'text', 'empty.png': '' });
    expect(await received('empty.png')).toMatch(/^one picture/);
    expect(await received('set.zip')).toBe('an archive, DATA/set.zip: unpack it and give the folder.');
    expect(await received('train.csv')).toMatch(
      /^a table, .*: give it as --csv, and the folder of its images as --data/,
    );
    expect(await received('notes.txt')).toBe('the file DATA/notes.txt.');
    expect(await received('one.png/x')).toContain('a part of the path is a file');
  });

  it('is asked for where data is a URL', async () => {
    await expect(prepare({ ...place(), data: 'https://example.org/set.zip' })).rejects.toThrow(
      'received a URL, https://example.org/set.zip: download it and give the folder.',
    );
  });

  it('is asked for where data is a DICOMweb server, whose address is not repeated', async () => {
    const asked = prepare({ ...place(), data: 'dicomweb:https://me:secret@pacs/web?PatientName=Doe' });
    await expect(asked).rejects.toThrow(
      /^Cannot prepare images: data must be .*, received a DICOMweb server: fetch its files and give the folder\.$/,
    );
  });

  it('tells pictures of formats that it leaves out', async () => {
    const at = place();
    await writeFiles(at.data, { '1.png': gray(1), '2.bmp': 'BM', '3.BMP': 'BM', '4.tga': '', 'list.txt': '' });
    expect((await prepare(at)).notes).toEqual(['Left out: 2 .bmp, 1 .tga. Convert them to PNG to include them.']);
  });

  describe('counts images of 16 bits that are dark, one by one', () => {
    const twelve = (x: number) => x * 585; // up to 4095
    const window = "'--window 2047.5,4095' shows 0 to 4095 from black to white";

    it('and names the window that shows them, which does', async () => {
      const at = place();
      await writeFiles(at.data, { '1.png': deepPicture(8, 8, twelve), '2.png': deepPicture(8, 8, (x) => x * 100) });
      const { notes } = await prepare(at);
      expect(notes).toEqual([
        `2 gray images of 16 bits are almost black, below level 64 of 255 (their greatest value is 4095, which takes 12 bits). If that is wrong: ${window}.`,
      ]);
      const shown = await prepare({ ...at, window: '2047.5,4095' });
      expect(shown.notes).toEqual([]);
      expect([...(await allPixels(shown)).subarray(0, 8)]).toEqual([0, 36, 73, 109, 146, 182, 219, 255]);
    });

    it('though others are bright', async () => {
      const at = place();
      const bright = deepPicture(8, 8, (x) => x * 9000);
      await writeFiles(at.data, { '1.png': deepPicture(8, 8, twelve), '2.png': bright, '3.png': gray(200) });
      const { notes, skipped } = await prepare(at);
      expect(skipped).toEqual([]);
      expect(notes).toEqual([
        `1 of 2 gray images of 16 bits is almost black, below level 64 of 255 (its greatest value is 4095, which takes 12 bits). If that is wrong: '--window auto' gives each image its own range; ${window}, and all above as white.`,
      ]);
    });

    it('also where a bright mark is cut away or too small to be seen, and in colour', async () => {
      const at = place();
      const levels = Uint16Array.from({ length: 192 }, (_, i) => 21 * i);
      const colour = sharp(levels, { raw: { width: 8, height: 8, channels: 3 } }).toColourspace('rgb16');
      const marked = deepPicture(24, 8, (x) => (x === 0 ? 65_535 : 900));
      await writeFiles(at.data, { '1.png': marked, '2.png': colour.png() });
      const { notes } = await prepare(at);
      expect(notes.filter((note) => note.includes('16 bits'))).toEqual([
        "1 gray image of 16 bits is almost black, below level 64 of 255 (its greatest value is 65535, which takes 16 bits). If that is wrong: '--window centre,width' says which values become black and white.",
        '1 colour image of 16 bits is almost black, below level 64 of 255 (its greatest value is 4011, which takes 12 bits). If that is wrong: save with 8 bits, since --window is for gray.',
      ]);
    });
  });

  it('says which images have ink colours without a profile', async () => {
    const at = place();
    const [{ file }] = JSON.parse(readFileSync(INKS, 'utf8')) as [{ file: string }];
    await writeFiles(at.data, { '1.jpg': Buffer.from(file, 'base64'), '2.png': gray(200) });
    expect((await prepare(at)).notes).toContain(
      '1 image in CMYK without a profile: they are converted to RGB by the simple formula that Chromium and Pillow use.',
    );
  });

  it('says what becomes of transparent pixels and of animations', async () => {
    const at = place();
    const frames = Buffer.concat([Buffer.alloc(192, 40), Buffer.alloc(192, 200)]);
    const film = sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } });
    await writeFiles(at.data, {
      '1.png': gray(1),
      '2.png': flatPicture(8, 8, 9, 9, 9, 100),
      '3.png': flatPicture(8, 8, 9, 9, 9, 255),
      '4.webp': film.webp({ lossless: true }),
    });
    expect((await prepare(at)).notes).toEqual([
      '1 image with transparent pixels, which become black (background white makes them white; channels 2, of gray, or 4, of colour, keep how opaque they are).',
      '1 file with several frames, slices or pages: only one of each is used (--frames chooses others).',
    ]);
    expect((await prepare({ ...at, background: 'white' })).notes[0]).toContain('which become white');
  });

  it('keeps its labels when it is moved, and its pixels their hash', async () => {
    const at = place();
    await writeFiles(at.data, { 'a/1.png': gray(1), 'b/2.png': gray(2) });
    const before = await prepare(at);
    renameSync(at.data, `${at.data}-moved`);
    const after = await prepare({ ...at, data: `${at.data}-moved` });
    expect(after.name).toBe('pictures-moved');
    expect(after.hash).toBe(before.hash);
  });
});

describe('gray or RGB', () => {
  const red = () => flatPicture(8, 8, 200, 10, 10);

  it('is gray when no image has colour, also of RGB files', async () => {
    const at = place();
    await writeFiles(at.data, {
      '1.png': gray(1),
      '2.png': flatPicture(8, 8, 2, 2, 2),
      '3.png': flatPicture(8, 8, 3, 255),
    });
    const dataset = await prepare(at);
    expect(dataset.channels).toBe(1);
    const pixels = await allPixels(dataset);
    expect([0, 1, 2].map((i) => pixels[64 * i])).toEqual([1, 2, 3]);
  });

  it('is RGB when any image has colour, wherever it comes', async () => {
    for (const [i, names] of [
      ['1', '2', '3'],
      ['2', '3', '1'],
      ['3', '1', '2'],
    ].entries()) {
      const at = place();
      const [colour, one, two] = names as [string, string, string];
      await writeFiles(at.data, { [`${colour}.png`]: red(), [`${one}.png`]: gray(50), [`${two}.png`]: gray(60) });
      const dataset = await prepare(at);
      expect(dataset.channels, `${i}`).toBe(3);
      expect(dataset.notes).toEqual([expect.stringContaining('1 of 3 images have colour')]);
      const pixels = await allPixels(dataset);
      const first = (name: string) => [0, 64, 128].map((plane) => pixels[192 * (Number(name) - 1) + plane]);
      expect(first(colour)).toEqual([200, 10, 10]);
      expect(first(one)).toEqual([50, 50, 50]);
      expect(first(two)).toEqual([60, 60, 60]);
    }
  });

  it('is what channels says', async () => {
    const at = place();
    await writeFiles(at.data, { '1.png': red(), '2.png': gray(60) });
    const one = await prepare({ ...at, channels: 1 });
    expect(one.channels).toBe(1);
    const luma = Math.round(0.299 * 200 + 0.587 * 10 + 0.114 * 10);
    expect([(await allPixels(one))[0], (await allPixels(one))[64]]).toEqual([luma, 60]);
    const bare = place();
    await writeFiles(bare.data, { '2.png': gray(60) });
    const three = await prepare({ ...bare, channels: 3 });
    expect(three.channels).toBe(3);
    expect(await allPixels(three)).toEqual(new Uint8Array(192).fill(60));
    expect(one.notes).toEqual([]);
  });
});

describe('folderClasses', () => {
  it('takes the folder below what all paths share', () => {
    expect(folderClasses(['cat/1', 'dog/2'])).toEqual({ classes: ['cat', 'dog'] });
    expect(folderClasses(['a/b/cat/1', 'a/b/dog/x/2'])).toEqual({ classes: ['cat', 'dog'] });
  });

  it('gives none for a flat folder or one folder', () => {
    expect(folderClasses(['1', '2'])).toEqual({});
    expect(folderClasses(['a/1', 'a/2'])).toEqual({});
    expect(folderClasses(['1'])).toEqual({});
  });

  it('gives none, and says so, for images beside folders, parts of a set, and a blank name', () => {
    expect(folderClasses(['a/1', '2']).note).toBe(
      'The sub-folders are not used as classes, since the image 2 lies beside them.',
    );
    expect(folderClasses(['train/cat/1', 'train/dog/2', 'Test/cat/3'])).toEqual({
      note: 'The sub-folders Test and train are read as parts of one set, not as classes.',
    });
    expect(folderClasses(['train/1', 'car/2'])).toEqual({ classes: ['train', 'car'] });
    expect(folderClasses([' /1', 'car/2']).note).toContain('the name of one is blank');
  });

  it('takes names that differ in blanks around them or in how Unicode composes them for one', () => {
    expect(folderClasses(['caf\u00e9/1', 'cafe\u0301 /2', 'bar/3']).classes).toEqual(['café', 'café', 'bar']);
  });
});

describe('sortedClasses', () => {
  it('orders numbers by value and words by letters', () => {
    expect(sortedClasses(['10', '9', '10', '100'])).toEqual(['9', '10', '100']);
    expect(sortedClasses(['b', 'a', '10'])).toEqual(['10', 'a', 'b']);
    expect(sortedClasses(['1.0', '1'])).toEqual(['1', '1.0']);
    expect(sortedClasses(['-1', '2.5', '-10', '1e1'])).toEqual(['-10', '-1', '2.5', '1e1']);
  });

  it('orders numbers within names by value, however long, whatever came first', () => {
    const names = ['grade 10', 'grade 9', 'grade 9a', 'grade 010', 'Grade 1', 'grade', '12345678901234567890 b'];
    const sorted = ['12345678901234567890 b', 'Grade 1', 'grade', 'grade 9', 'grade 9a', 'grade 010', 'grade 10'];
    expect(sortedClasses(names)).toEqual(sorted);
    expect(sortedClasses(names.reverse())).toEqual(sorted);
    expect(sortedClasses(['100000000000000000001', 'x', '100000000000000000000'])).toEqual([
      '100000000000000000000',
      '100000000000000000001',
      'x',
    ]);
  });

  it('keeps commas and blanks within names', () => {
    expect(sortedClasses(['b, the second', ' a  a '])).toEqual(['a  a', 'b, the second']);
  });
});

describe('notesOnClasses', () => {
  const notes = (names: string[], count = 1000) => notesOnClasses('the column "x" of y.csv', names, count);
  const upTo = (n: number, step = 1) => Array.from({ length: n }, (_, i) => String(i * step));

  it('says when a column of numbers looks measured, and how many classes it makes', () => {
    expect(notes(upTo(161, 1.5), 12_611)).toEqual([
      'The column "x" of y.csv holds numbers: each of the 161 becomes a class of its own, with 78 images on average. For fewer classes put the numbers into ranges first (0-60, 60-120, ...), or choose another column.',
    ]);
    expect(notes(upTo(21, 2), 21)[0]).toContain('with 1 image on average.');
  });

  it('says nothing of few numbers, of counts from 0 or 1 without a gap, or of words', () => {
    expect(notes(upTo(20, 2))).toEqual([]);
    expect(notes(upTo(100))).toEqual([]);
    expect(notes(upTo(101).slice(1))).toEqual([]);
    expect(notes([...upTo(100, 2), 'other'])).toEqual([]);
  });

  it('names classes that differ only in how they are written', () => {
    expect(notes(['Cat', 'cat', 'dog'])).toEqual(['Classes that differ only in how they are written: Cat and cat.']);
    expect(notes(['1', '1.0', '01', '2'])[0]).toContain('1 and 1.0 and 01.');
  });
});
