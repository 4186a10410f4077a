/** Archives as real programs write them are read; broken ones are refused in one sentence. */
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { isZip, readZip } from '#site/views/game/class/zip.ts';

const TEXT = 'hands and digits '.repeat(200);
const noise = Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) >> 3);
const packed = zipSync({
  'real/a.png': [strToU8(TEXT), { level: 9 }],
  'real/ä ö.png': [noise, { level: 0 }],
  'real/notes.txt': strToU8('no picture'),
});
const read = (bytes: Uint8Array, take = (_: string) => true) =>
  readZip(new Blob([new Uint8Array(bytes)]), 'a.zip', take);
const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

describe('readZip', () => {
  it('unpacks what fflate packed, stored and deflated', async () => {
    const files = await read(packed, (path) => path.endsWith('.png'));
    expect(files.map(({ path }) => path)).toEqual(['real/a.png', 'real/ä ö.png']);
    expect(await files[0]!.file.text()).toBe(TEXT);
    expect(await bytesOf(files[1]!.file)).toEqual(noise);
  });

  it('reads an archive with a comment at its end, and one without files', async () => {
    const comment = strToU8('made by hand');
    const whole = new Uint8Array(packed.length + comment.length);
    whole.set(packed);
    whole.set(comment, packed.length);
    new DataView(whole.buffer).setUint16(packed.length - 2, comment.length, true);
    expect(await read(whole)).toHaveLength(3);
    expect(await read(zipSync({}))).toEqual([]);
  });

  it.each([
    [
      'no archive',
      strToU8('this is no archive at all, but it is long enough'),
      'it is no ZIP archive, or it is cut off',
    ],
    ['an empty file', new Uint8Array(0), 'it is no ZIP archive, or it is cut off'],
    ['one that is cut', packed.slice(0, -30), 'it is no ZIP archive, or it is cut off'],
    ['one with its middle missing', packed.slice(60), 'its list of files is broken'],
    ['a password', changed(8, 1), 'real/a.png has a password'],
    ['another method', changed(10, 14), 'real/a.png is packed by method 14, which is not read here'],
    ['another size', changed(24, 99), 'it is damaged or cut off'],
  ])('refuses %s', async (_, bytes, words) => {
    await expect(read(bytes)).rejects.toThrow(new RegExp(`^Cannot read "a.zip": .*${words}\\.$`));
  });

  it('knows archives by their names', () => {
    expect(['a.zip', 'B.ZIP', 'zip', 'a.zip.png'].map(isZip)).toEqual([true, true, false, false]);
  });
});

/** The archive with a byte of the first entry of its list changed. */
function changed(offset: number, to: number): Uint8Array {
  const bytes = packed.slice();
  const view = new DataView(bytes.buffer);
  const list = view.getUint32(bytes.length - 22 + 16, true);
  bytes[list + offset] = to;
  return bytes;
}
