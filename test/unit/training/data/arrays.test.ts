import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '#base/arrays/npy.ts';
import { type PrepareImagesOptions, prepareImages } from '#pipeline/index.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** An .npy whose header says what it will. */
function npy(header: string, bytes: Uint8Array, version = 1): Buffer {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.of(version, 0), length, text, bytes]);
}

const dictionary = (descr: string, shape: string, order = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

const levels = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);

async function pixelsOf(data: string, options: Partial<PrepareImagesOptions> = {}): Promise<number[]> {
  const size = { size: '4x3' as const, validationShare: 0, cacheDir: at('cache') };
  const images = await prepareImages({ data, ...size, ...options });
  const pixels = new Uint8Array(images.count * images.channels * images.height * images.width);
  await images.read(
    Array.from({ length: images.count }, (_, i) => i),
    pixels,
  );
  images.close();
  return [...pixels];
}

describe('an array of numpy', () => {
  it('is read as it was written, and by its later formats', async () => {
    expect(await pixelsOf(write('own.npy', writeNpy(levels, [4, 3, 4])))).toEqual([...levels]);
    expect(await pixelsOf(write('two.npy', npy(dictionary("'|u1'", '(4, 3, 4)'), levels, 2)))).toEqual([...levels]);
  });

  it('is white at its greatest value, unless a window says otherwise', async () => {
    const data = write('f4.npy', writeNpy(Float32Array.of(-1, 0, 1, Number.NaN, ...new Float32Array(8)), [1, 3, 4]));
    expect((await pixelsOf(data)).slice(0, 4)).toEqual([0, 128, 255, 0]);
    expect((await pixelsOf(data, { window: '0,4' })).slice(0, 4)).toEqual([64, 128, 191, 0]);
    const two = write(
      'two-f4.npy',
      writeNpy(
        Float32Array.from({ length: 24 }, (_, i) => i),
        [2, 3, 4],
      ),
    );
    expect((await pixelsOf(two)).filter((level) => level === 0 || level === 255)).toEqual([0, 255]);
    expect((await pixelsOf(two, { window: 'auto' })).filter((level) => level === 0 || level === 255)).toHaveLength(4);
  });

  it('has the axes that --layout says where its shape leaves them open', async () => {
    const data = write(
      'open.npy',
      writeNpy(
        Uint8Array.from({ length: 27 }, (_, i) => 9 * i),
        [1, 3, 3, 3],
      ),
    );
    await expect(pixelsOf(data)).rejects.toThrow(
      '--layout of open.npy must be given, nhwc or nchw, as its shape fits both, received [1, 3, 3, 3].',
    );
    const first = await pixelsOf(data, { size: 3, layout: 'nchw' });
    expect(first).toEqual(Array.from({ length: 27 }, (_, i) => 9 * i));
    expect((await pixelsOf(data, { size: 3, layout: 'nhwc' })).slice(0, 3)).toEqual([0, 27, 54]);
  });

  it.each([
    ['Python objects', npy(dictionary("'|O'", '(3,)'), levels), 'whose pickles can run code and are never read.'],
    [
      'records',
      npy(dictionary("[('a', '<i4')]", '(3,)'), levels),
      'must be an array of one type of numbers, received records.',
    ],
    ['complex numbers', npy(dictionary("'<c8'", '(4, 3, 2)'), levels), 'f2, f4, f8, received "<c8".'],
    ['text', Buffer.from('id,age\n1,2\n3,4\n'), "must be numpy's .npy, received something else."],
    ['a cut file', writeNpy(levels, [4, 3, 4]).subarray(0, -1), 'received 175: it is truncated.'],
    ['more than it says', Buffer.concat([writeNpy(levels, [4, 3, 4]), levels]), 'must have 176 bytes, received 224.'],
    ['a header without end', writeNpy(levels, [4, 3, 4]).subarray(0, 40), 'received one that ends in its header.'],
    ['one picture', writeNpy(levels, [6, 8]), 'must be [N, H, W], [N, H, W, C] or [N, C, H, W], received [6, 8].'],
    ['no picture', writeNpy(new Uint8Array(), [0, 3, 4]), 'must be of at least one pixel, received [0, 3, 4].'],
    [
      'nine channels',
      writeNpy(new Uint8Array(12 * 12 * 9), [1, 12, 12, 9]),
      'must be 1 to 8, received [1, 12, 12, 9].',
    ],
    ['one value', writeNpy(new Float32Array(12), [1, 3, 4]), 'must hold different finite numbers, received only 0.'],
  ])('is refused where it holds %s', async (_, bytes, sentence) => {
    await expect(pixelsOf(write('wrong.npy', bytes))).rejects.toThrow(sentence);
  });

  it('is refused with a layout of other axes, and a layout without it', async () => {
    const data = write('gray.npy', writeNpy(levels, [4, 3, 4]));
    await expect(pixelsOf(data, { layout: 'nchw' })).rejects.toThrow(
      '--layout must be one that fits the shape of gray.npy, [4, 3, 4], with 1 to 8 channels, received nchw.',
    );
    await expect(pixelsOf('digits', { layout: 'nchw' })).rejects.toThrow('--layout must be left out');
    await expect(pixelsOf(write('gray.npz', levels))).rejects.toThrow(
      'gray.npz must be a whole .npz, received a broken one',
    );
  });
});
