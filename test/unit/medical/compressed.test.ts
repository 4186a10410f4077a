/** Compressed DICOM files: those of pydicom, and pictures that the codecs' own encoders wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseFrames } from '#base/pictures/frame-choice.ts';
import { openDicom } from '#medical/dicom/pictures.ts';
import { dicomPicture, fragments } from '#test/pictures/dicom.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'support', 'dicom-files');
const fixture = (name: string) => readFileSync(join(FIXTURES, `${name}.dcm`));

async function gray(bytes: Uint8Array, frames = 'first'): Promise<number[][]> {
  const { pictures } = openDicom(bytes, { window: 'dicom', frames: parseFrames(frames, 'first'), grayOnly: true });
  const found: number[][] = [];
  for await (const picture of pictures) {
    if ('reason' in picture) throw new Error(picture.reason);
    found.push([...picture.pixels]);
  }
  return found;
}

describe('one picture in several transfer syntaxes', () => {
  it.each(['implicit', 'expb', 'RLE', 'jp2klossless', 'jpeg_ls_lossless', 'jpeg_lossless'])(
    'is the same as %s',
    async (syntax) => {
      const [plain] = await gray(fixture('MR_small'));
      expect(new Set(plain).size).toBeGreaterThan(200);
      expect((await gray(fixture(`MR_small_${syntax}`)))[0]).toEqual(plain);
    },
  );
});

it('a JPEG of 12 bits is read', async () => {
  const [levels] = await gray(fixture('JPGExtended'));
  expect(levels!.length).toBe(1024 * 256);
  expect(new Set(levels).size).toBeGreaterThan(200);
  expect(levels!.filter((level) => level % 257 !== 0).length).toBeGreaterThan(1000); // no bytes
});

describe('what the encoders write', () => {
  const width = 24;
  const words = Uint16Array.from({ length: width * width }, (_, i) => (i * i) % 4096);
  let codecs: typeof import('dcmjs-codecs');
  beforeAll(async () => {
    codecs = (await import('dcmjs-codecs')) as never as typeof codecs;
    codecs = (codecs as unknown as { default: typeof codecs }).default;
    await codecs.NativeCodecs.initializeAsync();
  });

  const encoded = (
    encoder: 'encodeRle' | 'encodeJpeg' | 'encodeJpegLs' | 'encodeJpeg2000' | 'encodeHtJpeg2000' | 'encodeJpegXl',
    values = words,
  ) => {
    const context = new codecs.Context({
      width,
      height: width,
      bitsAllocated: 16,
      bitsStored: 12,
      samplesPerPixel: 1,
      pixelRepresentation: 0,
      planarConfiguration: 0,
      photometricInterpretation: 'MONOCHROME2',
      decodedBuffer: new Uint8Array(values.buffer),
    });
    return codecs.NativeCodecs[encoder](context, { lossy: false }).getEncodedBuffer()!;
  };
  const file = (syntax: string, streams: Uint8Array[], offsets?: boolean) =>
    dicomPicture({
      rows: width,
      columns: width,
      syntax: `1.2.840.10008.1.2.${syntax}`,
      elements: {
        '7fe0,0010 OW': undefined,
        '7fe0,0010 OB': fragments(streams, offsets),
        '0028,0008 IS': String(streams.length),
      },
    });
  const plain = (values: Uint16Array) => dicomPicture({ rows: width, columns: width, words: values });

  it.each([
    ['5', 'encodeRle'],
    ['4.57', 'encodeJpeg'],
    ['4.70', 'encodeJpeg'],
    ['4.80', 'encodeJpegLs'],
    ['4.90', 'encodeJpeg2000'],
    ['4.110', 'encodeJpegXl'],
    ['4.201', 'encodeHtJpeg2000'],
    ['4.202', 'encodeHtJpeg2000'],
  ] as const)('in transfer syntax %s, by %s, is read without loss', async (syntax, encoder) => {
    expect(await gray(file(syntax, [encoded(encoder)]))).toEqual(await gray(plain(words)));
  });

  it('is found frame by frame, with a table of offsets and without', async () => {
    const frames = [0, 1, 2].map((k) => words.map((word) => (word + 1000 * k) % 4096));
    const streams = frames.map((values) => encoded('encodeJpeg', values));
    const expected = (await Promise.all(frames.map((values) => gray(plain(values))))).flat();
    expect(await gray(file('4.70', streams), 'all')).toEqual(expected);
    expect(await gray(file('4.70', streams, true), 'all')).toEqual(expected);
    // Two fragments a frame.
    const halves = streams.flatMap((stream) => {
      const half = 2 * Math.floor(stream.length / 4);
      return [stream.subarray(0, half), stream.subarray(half)];
    });
    const halved = (offsets: boolean) =>
      dicomPicture({
        rows: width,
        columns: width,
        syntax: '1.2.840.10008.1.2.4.70',
        elements: { '7fe0,0010 OW': undefined, '7fe0,0010 OB': fragments(halves, offsets, 2), '0028,0008 IS': '3' },
      });
    expect(await gray(halved(true), 'all')).toEqual(expected);
    expect(await gray(halved(false), 'all')).toEqual(expected);
  });

  it('is refused where it is damaged, and the next file is read', async () => {
    const stream = encoded('encodeJpeg2000');
    await expect(gray(file('4.90', [stream.subarray(0, 60)]))).rejects.toThrow(
      'damaged: its compressed pixels cannot be decoded',
    );
    await expect(gray(file('4.80', [Buffer.alloc(64, 3)]))).rejects.toThrow(
      'damaged: its compressed pixels cannot be decoded',
    );
    await expect(gray(file('4.50', []))).rejects.toThrow('truncated: it ends before its compressed pixels');
    expect(await gray(file('4.90', [stream]))).toEqual(await gray(plain(words)));
  });
});
