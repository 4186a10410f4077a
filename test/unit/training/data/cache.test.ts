import { chmodSync, existsSync, readFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import {
  allPixels,
  casePlaces,
  flatPicture,
  gray,
  listCache,
  prepare,
  temporaryFolder,
  writeFiles,
} from '#test/pictures/images.ts';
import type { Dataset } from '#training/data/set/types.ts';

const root = temporaryFolder();
const place = casePlaces();

async function threePictures() {
  const { data } = place();
  await writeFiles(data, { 'a/1.png': gray(1), 'b/2.png': gray(2), 'b/3.png': gray(3), 'b/4.png': 'broken' });
  return { data, cacheDir: join(data, '..', 'deep', 'cache') };
}

/** A dataset without the traces of how it was made. */
async function essence(dataset: Dataset) {
  const { cached: _, read: __, close: ___, ...rest } = dataset;
  return { ...rest, pixels: await allPixels(dataset) };
}

describe('the prepared cache', () => {
  it('gives the same dataset without decoding anything', async () => {
    const at = await threePictures();
    const first = await prepare({ ...at, validationShare: 0.3 });
    const second = await prepare({ ...at, validationShare: 0.3 }, () => {
      throw new Error('decoded again');
    });
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect(await essence(second)).toEqual(await essence(first));
    expect(listCache(at.cacheDir)).toEqual({ complete: [expect.stringMatching(/^[0-9a-f]{32}$/)], temporary: [] });
  });

  it('is not used when a picture changed, came, went or was renamed', async () => {
    const at = await threePictures();
    const path = join(at.data, 'b', '2.png');
    await prepare(at);
    utimesSync(path, 1, 1);
    expect((await prepare(at)).cached).toBe(false);
    await writeFiles(at.data, { 'b/5.png': gray(5) });
    expect(await prepare(at)).toMatchObject({ cached: false, count: 4 });
    renameSync(path, join(at.data, 'a', '2.png'));
    const renamed = await prepare(at);
    expect(renamed.cached).toBe(false);
    expect([...renamed.labels!]).toEqual([0, 0, 1, 1]);
    expect((await prepare(at)).cached).toBe(true);
  });

  it('is another for other pixels, and the same for another split', async () => {
    const at = await threePictures();
    const hashes = new Set<string>();
    const variants = [
      {},
      { size: 9 },
      { size: '9x7' as const },
      { channels: 3 as const },
      { fit: 'pad' as const, size: 7 },
    ];
    for (const options of variants) {
      const dataset = await prepare({ ...at, ...options });
      expect(dataset.cached).toBe(false);
      hashes.add(dataset.hash);
    }
    expect(hashes.size).toBe(variants.length);
    expect((await prepare({ ...at, background: 'white' })).cached).toBe(false);
    const split = await prepare({ ...at, validationShare: 0.5, seed: 3 });
    expect(split.cached).toBe(true);
    expect(split.validation.length).toBe(2);
  });

  it.each([
    ['gray', 1, () => gray(5)],
    ['RGB', 3, () => flatPicture(8, 8, 200, 10, 10)],
  ] as const)('is one for %s images whose channels were seen and asked for', async (_, channels, last) => {
    const nearlyGray = flatPicture(8, 8, 100, 102, 99);
    for (const [first, second] of [
      [undefined, channels],
      [channels, undefined],
    ]) {
      const at = await threePictures();
      await writeFiles(at.data, { 'a/5.png': nearlyGray, 'b/9.png': last() });
      const options = (forced: 1 | 3 | undefined) => ({ ...at, ...(forced && { channels: forced }) });
      const before = await prepare(options(first));
      const after = await prepare(options(second));
      expect([before.channels, after.channels, before.cached]).toEqual([channels, channels, false]);
      // What was left out for gray might have had colour, so it is read again.
      expect(after.cached).toBe(first !== 1);
      expect([after.hash, after.folder]).toEqual([before.hash, before.folder]);
      expect(await allPixels(after)).toEqual(await allPixels(before));
    }
  });

  it('is another where the channels asked for are not those that are seen', async () => {
    const at = await threePictures();
    await prepare({ ...at, channels: 3 });
    expect(await prepare(at)).toMatchObject({ cached: false, channels: 1 });
    await writeFiles(at.data, { 'b/9.png': flatPicture(8, 8, 200, 10, 10) });
    await prepare({ ...at, channels: 1 });
    const seen = await prepare(at);
    expect(seen).toMatchObject({ cached: false, channels: 3 });
    expect(seen.notes[0]).toContain('1 of 4 images have colour');
    expect((await prepare({ ...at, channels: 3 })).notes).toEqual([]);
  });

  const damages: [string, (folder: string) => void][] = [
    ['data.bin is cut short', (folder) => truncateSync(join(folder, 'data.bin'), 100)],
    ['a byte of data.bin is wrong', (folder) => flipByte(join(folder, 'data.bin'), 70)],
    ['data.bin is longer', (folder) => writeFileSync(join(folder, 'data.bin'), 'more', { flag: 'a' })],
    ['index.json is cut short', (folder) => truncateSync(join(folder, 'index.json'), 50)],
    ['index.json has other labels', (folder) => replaceIn(join(folder, 'index.json'), '[0,1,1]', '[1,1,1]')],
    ['index.json is no object', (folder) => writeFileSync(join(folder, 'index.json'), 'null')],
  ];
  it.each(damages)('is prepared again when %s', async (_, damage) => {
    const at = await threePictures();
    const first = await prepare(at);
    damage(first.folder);
    const second = await prepare(at);
    expect(second.cached).toBe(false);
    expect(await essence(second)).toEqual(await essence(first));
    expect((await prepare(at)).cached).toBe(true);
  });

  it('is left out of memory when it is large, and read by position', async () => {
    const at = await threePictures();
    const held = await prepare(at);
    const onDisk = await prepare({ ...at, memoryLimit: 191 });
    expect(await essence(onDisk)).toEqual(await essence(held));
    const out = new Uint8Array(3 * 64);
    await onDisk.read([2, 0, 2], out);
    expect([out[0], out[64], out[128]]).toEqual([3, 1, 3]);
    onDisk.close();
    await onDisk.read([1, 0, 0], out); // opens again
    expect(out[0]).toBe(2);
    truncateSync(join(onDisk.folder, 'data.bin'), 100);
    await expect(onDisk.read([2, 0, 0], out)).rejects.toThrow(/^Cannot read image 2: .*data\.bin was cut short/);
    onDisk.close();
    expect((await prepare({ ...at, memoryLimit: 0 })).cached).toBe(false);
  });

  it('refuses to read numbers that are not there, or into an array of another length', async () => {
    const at = await threePictures();
    for (const memoryLimit of [0, 1e6]) {
      const dataset = await prepare({ ...at, memoryLimit });
      const read = async (numbers: number[], length: number) => dataset.read(numbers, new Uint8Array(length));
      await expect(read([3], 64)).rejects.toThrow('an image number must be an integer from 0 to 2, received 3');
      await expect(read([-1], 64)).rejects.toThrow(InputError);
      await expect(read([0], 65)).rejects.toThrow('out must be 1 x 64 bytes, received 65');
      dataset.close();
    }
  });

  it('leaves nothing behind when the preparation fails', async () => {
    const at = await threePictures();
    const fail = () => {
      throw new Error('stop here');
    };
    await expect(prepare(at, fail)).rejects.toThrow('stop here');
    expect(listCache(at.cacheDir)).toEqual({ complete: [], temporary: [] });
  });

  it('can be made by two at the same time', async () => {
    const at = await threePictures();
    const [one, two] = await Promise.all([prepare(at), prepare(at)]);
    expect(await essence(one)).toEqual(await essence(two));
    expect(listCache(at.cacheDir).temporary).toEqual([]);
  });

  it('says so when its folder cannot be written', async () => {
    const at = await threePictures();
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    await expect(prepare({ ...at, cacheDir: file })).rejects.toThrow(
      /^Cannot write .*a-file: --cache-dir must be a folder that can be written, there is a file of that name\.$/,
    );
    if (process.getuid?.() === 0 || process.platform === 'win32') return; // they may read everything
    await writeFiles(join(root, 'locked'), {});
    chmodSync(join(root, 'locked'), 0o500);
    await expect(prepare({ ...at, cacheDir: join(root, 'locked') })).rejects.toThrow('permission is denied');
  });

  it('keeps the same hash wherever the same pixels come from', async () => {
    const at = await threePictures();
    const other = await writeFiles(join(at.cacheDir, '..', 'elsewhere'), {
      'a/x.png': flatPicture(16, 16, 1, 1, 1),
      'b/y.png': gray(2),
      'b/z.png': gray(3),
    });
    const one = await prepare(at);
    const two = await prepare({ ...at, data: other });
    expect(two.folder).not.toBe(one.folder);
    expect(two.hash).toBe(one.hash);
  });
});

describe('prepareDataset', () => {
  const wrong: [string, Record<string, unknown>, string][] = [
    ['data', { data: '' }, 'data must be a non-empty text, received ""'],
    ['csv', { csv: 3 }, 'csv must be a non-empty text, received 3'],
    ['size', { size: 0 }, 'size must be an integer from 1 to 2048, or width x height such as 96x64, received 0'],
    [
      'a size of half pixels',
      { size: 7.5 },
      'size must be an integer from 1 to 2048, or width x height such as 96x64, received 7.5',
    ],
    [
      'channels',
      { channels: 9 },
      'channels must be an integer from 1 to 8, or up to 8 names with a pattern each that has one *, such as flair=*_flair.nii.gz,t1=*_t1.nii.gz, received 9',
    ],
    ['fit', { fit: 'tile' }, 'fit must be one of crop, pad, stretch, received "tile"'],
    ['label-column', { csv: 'x.csv', labelColumn: 'id' }, '--label-column must be a column other than the ids'],
    ['background', { background: 'pink' }, 'background must be one of black, white, received "pink"'],
    ['validationShare', { validationShare: 1 }, 'validationShare must be a number from 0 to below 1, received 1'],
    ['validationShare', { validationShare: Number.NaN }, 'validationShare must be a number from 0 to below 1'],
    ['seed', { seed: -1 }, 'seed must be an integer from 0'],
    ['strict', { strict: 'yes' }, 'strict must be true or false, received "yes"'],
    ['an unknown key', { sise: 3 }, 'options must be among data, csv, labelColumn, labelNames, size'],
  ];
  it.each(wrong)('refuses a wrong %s', async (_, options, message) => {
    const at = await threePictures();
    const error = await prepare({ ...at, ...options } as Parameters<typeof prepare>[0]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(`Cannot prepare images: ${message}`);
    expect(existsSync(at.cacheDir)).toBe(false);
  });
});

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

function replaceIn(path: string, what: string, by: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(what);
  writeFileSync(path, text.replace(what, by));
}
