import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { allPixels, casePlaces, gray, prepare, writeFiles } from '#test/pictures/images.ts';
import { sentenceOf } from '#test/sentence.ts';
import { isIdx } from '#training/data/sources/idx-format.ts';

const place = casePlaces('fashion');

function idx(magic: number, dimensions: number[], values: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic, 0);
  for (const [i, side] of dimensions.entries()) header.writeUInt32BE(side, 4 + 4 * i);
  return Buffer.concat([header, Uint8Array.from(values)]);
}

/** 5 images of 8 x 8 whose values count up, and their labels. */
const PIXELS = Uint8Array.from({ length: 5 * 64 }, (_, i) => i % 251);
const IMAGES = idx(0x803, [5, 8, 8], PIXELS);
const LABELS = idx(0x801, [5], [3, 0, 9, 3, 1]);

async function folderWith(files: Parameters<typeof writeFiles>[1]) {
  const { data, cacheDir } = place();
  return { data: await writeFiles(data, files), cacheDir };
}

describe('IDX files', () => {
  it.each([
    ['plain', { 'train-images-idx3-ubyte': IMAGES, 'train-labels-idx1-ubyte': LABELS }],
    ['gzipped', { 'train-images-idx3-ubyte.gz': gzipSync(IMAGES), 'train-labels-idx1-ubyte.gz': gzipSync(LABELS) }],
    ['mixed', { 'train-images-idx3-ubyte.gz': gzipSync(IMAGES), 'train-labels-idx1-ubyte': LABELS }],
    ['gzipped under a plain name', { 'train-images.idx3-ubyte': gzipSync(IMAGES), 'train-labels.idx1-ubyte': LABELS }],
  ])('are read %s, with the labels beside them', async (_, files) => {
    const dataset = await prepare(await folderWith(files));
    expect(dataset).toMatchObject({ name: 'fashion', count: 5, channels: 1, skipped: [] });
    expect(dataset.labelSource).toMatch(/^train-labels.idx1-ubyte/);
    expect(dataset.notes).toEqual(['Not learnt, for lack of a usable image: 6 classes (2, 4, 5, 6, 7, ...).']);
    expect([...dataset.labels!]).toEqual([3, 0, 9, 3, 1]);
    expect(dataset.classNames).toEqual([...'0123456789']);
    expect(await allPixels(dataset)).toEqual(PIXELS);
  });

  it('of a folder are those for training; another can be named', async () => {
    const test = idx(0x803, [1, 8, 8], new Uint8Array(64).fill(7));
    const at = await folderWith({
      't10k-images-idx3-ubyte': test,
      't10k-labels-idx1-ubyte': idx(0x801, [1], [2]),
      'train-images-idx3-ubyte': IMAGES,
      'train-labels-idx1-ubyte': LABELS,
    });
    expect((await prepare(at)).count).toBe(5);
    const named = await prepare({ ...at, data: join(at.data, 't10k-images-idx3-ubyte') });
    expect(named.count).toBe(1);
    expect([...named.labels!]).toEqual([2]);
    expect((await allPixels(named))[0]).toBe(7);
  });

  it('without labels are unlabelled, with a note', async () => {
    const dataset = await prepare(await folderWith({ 'images-idx3-ubyte': IMAGES }));
    expect(dataset.labels).toBeUndefined();
    expect(dataset.notes).toEqual(['No labels were found beside images-idx3-ubyte.']);
    const at = await folderWith({ 'pictures.bin': IMAGES });
    expect((await prepare({ ...at, data: join(at.data, 'pictures.bin') })).count).toBe(5);
  });

  it('become squares of another size, or RGB, as files do', async () => {
    const flat = idx(0x803, [1, 6, 12], new Uint8Array(72).fill(100));
    const at = await folderWith({ 'images-idx3-ubyte': flat });
    expect(await allPixels(await prepare({ ...at, size: 5 }))).toEqual(new Uint8Array(25).fill(100));
    const padded = await allPixels(await prepare({ ...at, size: 12, fit: 'pad', channels: 3 }));
    for (const plane of [0, 144, 288]) {
      expect([padded[plane], padded[plane + 3 * 12], padded[plane + 143]]).toEqual([0, 100, 0]);
    }
  });

  it('of 28 x 28 get a border at size 32', async () => {
    const at = await folderWith({ 'images-idx3-ubyte': idx(0x803, [1, 28, 28], new Uint8Array(784).fill(9)) });
    const pixels = await allPixels(await prepare({ ...at, size: 32 }));
    expect(pixels.filter((level) => level === 9).length).toBe(784);
    expect([pixels[0], pixels[2 * 32 + 1], pixels[2 * 32 + 2]]).toEqual([0, 0, 9]);
  });

  it('of more bytes than a chunk of the file keep their order', { tags: 'long' }, async () => {
    const count = 3000;
    const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => (i * 7 + (i >> 8)) & 255);
    const at = await folderWith({ 'images-idx3-ubyte.gz': gzipSync(idx(0x803, [count, 8, 8], pixels)) });
    expect(await allPixels(await prepare(at))).toEqual(pixels);
  });

  it.each([
    ['cut in the header', IMAGES.subarray(0, 10), /must have 16 bytes, received 10: it is truncated/],
    ['cut in the images', IMAGES.subarray(0, 100), /must have 336 bytes, received 100: it is truncated/],
    [
      'gzipped after it was cut',
      gzipSync(IMAGES.subarray(0, 100)),
      /must have 336 bytes, received 100: it is truncated/,
    ],
    ['cut after it was gzipped', gzipSync(IMAGES).subarray(0, -30), /must be a whole gzip file, received a broken one/],
    ['too long', Buffer.concat([IMAGES, LABELS]), /must have 336 bytes for 5 x 8 x 8, received 349/],
    ['too long and gzipped', gzipSync(Buffer.concat([IMAGES, LABELS])), /must have 336 bytes for 5 x 8 x 8/],
    ['of another magic', idx(0xd03, [1, 8, 8], new Uint8Array(256)), /magic .* 0x00000803, received 0x00000d03\.$/],
    ['of labels', LABELS, /magic .* 0x00000803, received 0x00000801, a file of labels\.$/],
    ['of no images', idx(0x803, [0, 8, 8], []), /dimensions of .* must be positive, received 0 x 8 x 8/],
    ['empty', new Uint8Array(0), /magic .* 0x00000803, received 0 bytes/],
    ['of images too large', idx(0x803, [1, 40_000, 40_000], []).subarray(0, 16), /truncated/],
  ])('are refused when the image file is %s', async (_, bytes, message) => {
    const at = await folderWith({ 'train-images-idx3-ubyte': bytes });
    expect(await sentenceOf(prepare(at))).toMatch(message);
  });

  it('are refused when labels are too few, truncated or no labels', async () => {
    const withLabels = (labels: Uint8Array) =>
      folderWith({ 'train-images-idx3-ubyte': IMAGES, 'train-labels-idx1-ubyte': labels });
    expect(await sentenceOf(prepare(await withLabels(idx(0x801, [4], [1, 2, 3, 4]))))).toMatch(
      /must have 5 labels, one for every image of train-images-idx3-ubyte, received 4/,
    );
    expect(await sentenceOf(prepare(await withLabels(LABELS.subarray(0, 10))))).toMatch(/truncated/);
    expect(await sentenceOf(prepare(await withLabels(IMAGES)))).toMatch(/magic .* 0x00000801, received 0x00000803/);
  });

  it('are refused when a folder has several and none is the one for training', async () => {
    const at = await folderWith({ 'a-images-idx3-ubyte': IMAGES, 'b-images-idx3-ubyte': IMAGES });
    expect(await sentenceOf(prepare(at))).toContain('received a-images-idx3-ubyte, b-images-idx3-ubyte in');
  });

  it('leave a folder of pictures alone that has none of them', async () => {
    expect((await prepare(await folderWith({ '1.png': gray(4) }))).count).toBe(1);
  });
});

it('a file that cannot be opened is one error, and leaves no stream that ends the process later', async () => {
  await expect(isIdx(join(place().data, 'none'))).rejects.toThrow('ENOENT');
  // A stream tells of it only now.
  await new Promise((resolve) => setTimeout(resolve, 20));
});
