import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderClasses, sortedClasses } from '../../../pipeline/src/data/classes.ts';
import {
  allPixels,
  deepPicture,
  flatPicture,
  grayPicture,
  listCache,
  noisePicture,
  prepare,
  temporaryFolder,
  writeFiles,
} from '../../support/images.ts';

const root = temporaryFolder();
let made = 0;
const place = () => {
  const name = `case-${made++}`;
  return { data: join(root, name, 'pictures'), cacheDir: join(root, name, 'cache') };
};
const gray = (level: number) => grayPicture(8, 8, () => level);

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
    expect(dataset).toMatchObject({ name: 'pictures', count: 5, channels: 1, skipped: [], notes: [] });
    expect(dataset.labels).toBeUndefined();
    const pixels = await allPixels(dataset);
    expect([0, 1, 2, 3, 4].map((i) => pixels[i * 64])).toEqual([10, 20, 30, 40, 50]);
  });

  it('follows links, and a folder that contains itself once', async () => {
    const at = place();
    await writeFiles(at.data, { 'a/1.png': gray(1) });
    symlinkSync(at.data, join(at.data, 'a', 'loop'), 'junction');
    expect((await prepare(at)).count).toBe(1);
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
    expect(reasons[0]).toContain('premature end of JPEG');
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
    const message = /^Cannot prepare pictures: with strict every image must be usable, received 2\.png: .+\.$/;
    await expect(prepare({ ...at, strict: true })).rejects.toThrow(message);
    expect(listCache(at.cacheDir)).toEqual({ complete: [], temporary: [] });
    expect((await prepare(at)).count).toBe(2);
    await expect(prepare({ ...at, strict: true })).rejects.toThrow(message);
  });

  it('without any usable image is an error that gives the first reason', async () => {
    const at = place();
    await writeFiles(at.data, { '1.png': 'broken', '2.png': 'broken' });
    await expect(prepare(at)).rejects.toThrow(
      /at least one image must be usable, received 2 skipped, the first 1\.png: /,
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
    await expect(prepare(at)).rejects.toThrow(/data must be "digits", a folder of images, or IDX files that exist/);
    await writeFiles(at.data, { 'one.png': gray(1) });
    await expect(prepare({ ...at, data: join(at.data, 'one.png') })).rejects.toThrow(
      /data must be "digits", a folder of images, or IDX files, received/,
    );
  });

  it('says when 16-bit images are dark', async () => {
    const at = place();
    await writeFiles(at.data, { '1.png': deepPicture(8, 8, (x) => x * 512) });
    expect((await prepare(at)).notes[0]).toMatch(/The brightest of 1 16-bit images reaches level 14 of 255/);
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
    expect(folderClasses(['cat/1', 'dog/2'])).toEqual(['cat', 'dog']);
    expect(folderClasses(['a/b/cat/1', 'a/b/dog/x/2'])).toEqual(['cat', 'dog']);
  });

  it('gives none for a flat folder, one folder, or images beside folders', () => {
    expect(folderClasses(['1', '2'])).toBeUndefined();
    expect(folderClasses(['a/1', 'a/2'])).toBeUndefined();
    expect(folderClasses(['a/1', '2'])).toBeUndefined();
    expect(folderClasses(['1'])).toBeUndefined();
  });
});

describe('sortedClasses', () => {
  it('orders numbers by value and words by letters', () => {
    expect(sortedClasses(['10', '9', '10', '100'])).toEqual(['9', '10', '100']);
    expect(sortedClasses(['b', 'a', '10'])).toEqual(['10', 'a', 'b']);
    expect(sortedClasses(['1.0', '1'])).toEqual(['1', '1.0']);
  });
});
