import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseFrames } from '#base/pictures/frame-choice.ts';
import type { RawPicture } from '#base/pictures/raw-picture.ts';
import { parseWindow } from '#base/pictures/window.ts';
import { openDicom } from '#medical/dicom/pictures.ts';
import { dicomFile, dicomPicture, type Elements, RGB, region } from '#test/pictures/dicom.ts';

const text = (...values: (number | string)[]) => values.join('\\');

async function open(
  bytes: Uint8Array,
  { window, frames, gray = false }: { window?: string; frames?: string; gray?: boolean } = {},
) {
  const options = { window: parseWindow(window), frames: parseFrames(frames, 'first'), grayOnly: gray };
  const opened = openDicom(bytes, options);
  const pictures: RawPicture[] = [];
  const unusable: string[] = [];
  for await (const picture of opened.pictures) {
    if ('reason' in picture) unusable.push(picture.reason);
    else pictures.push(picture);
  }
  return { ...opened, pictures, unusable };
}

/** Levels of 0 to 255 of the first chosen frame. */
async function levels(bytes: Uint8Array, options: Parameters<typeof open>[1] = {}): Promise<number[]> {
  const { pixels } = (await open(bytes, options)).pictures[0]!;
  return Array.from(pixels, (level) => (pixels instanceof Uint16Array ? Math.round(level / 257) : level));
}

const reason = (bytes: Uint8Array, options: Parameters<typeof open>[1] = {}): Promise<string> =>
  open(bytes, options).then(
    ({ unusable }) => unusable[0] ?? 'it was read',
    (error: Error) => error.message,
  );

/** One row of words. */
const row = (words: number[], elements: Elements = {}) =>
  dicomPicture({ rows: 1, columns: words.length, words, elements });

const FOUR = [100, 200, 300, 400];
const [UP, DOWN] = [
  [0, 85, 170, 255],
  [255, 170, 85, 0],
];
const window = (centre: number, width: number, more: Elements = {}): Elements => ({
  '0028,1050 DS': text(centre, 5),
  '0028,1051 DS': text(width, 9),
  ...more,
});
const clipped = (share: number) => Math.round(255 * Math.min(Math.max(share, 0), 1));
const table = (first: number, bits: number, entries: number[]): Elements => ({
  '0028,3002 US': [entries.length, first, bits],
  '0028,3006 OW': Buffer.from(Uint16Array.from(entries).buffer),
});
const RESCALE = { '0028,1052 DS': '-1000', '0028,1053 DS': '2' };
const MODALITY = { '0028,3000 SQ': [table(0, 16, [5, 25, 15])] };
const SIGNED = { '0028,0103 US': [1], '0028,0101 US': [12], '0028,0102 US': [11] };
const SAME = 'blank: all its values are the same';

describe('gray of DICOM', () => {
  it.each<[string, number[], Elements, number[], string?]>([
    ['from the darkest value to the brightest without a window', FOUR, {}, UP],
    ['without padding', [4000, 200, 300, 400], { '0028,0120 US': [4000] }, [255, 0, 128, 255]],
    [
      'without a range of padding',
      [4000, 3991, 300, 400],
      { '0028,0120 US': [3990], '0028,0121 US': [4010] },
      [255, 255, 0, 255],
    ],
    ['inverted for MONOCHROME1', FOUR, { '0028,0004 CS': 'MONOCHROME1' }, DOWN],
    ['inverted once for INVERSE', FOUR, { '0028,0004 CS': 'MONOCHROME1', '2050,0020 CS': 'INVERSE' }, DOWN],
    ['inverted for INVERSE of MONOCHROME2', FOUR, { '2050,0020 CS': 'INVERSE' }, DOWN],
    ['as it is for IDENTITY', FOUR, { '2050,0020 CS': 'IDENTITY' }, UP],
    ['of one value in a chosen window', [7, 7, 7], {}, [128, 128, 128], '7,14'],
    [
      'in a window of the file, LINEAR', // ((x - (c - 0.5)) / (w - 1) + 0.5)
      [0, 49, 50, 75, 99, 100, 149, 150, 4000],
      window(100, 101),
      [0, 49, 50, 75, 99, 100, 149, 150, 4000].map((x) => clipped((x - 99.5) / 100 + 0.5)),
    ],
    [
      'in one of LINEAR_EXACT',
      [0, 100, 125, 151],
      window(100, 101, { '0028,1056 CS': 'LINEAR_EXACT' }),
      [0, 128, clipped(25 / 101 + 0.5), 255],
    ],
    [
      'in one of SIGMOID',
      [0, 100, 125],
      window(100, 101, { '0028,1056 CS': 'SIGMOID' }),
      [0, 100, 125].map((x) => clipped(1 / (1 + Math.exp((-4 * (x - 100)) / 101)))),
    ],
    ['rescaled before a chosen window', [500, 510, 520], RESCALE, [0, 128, 255], '20,40'],
    [
      'rescaled before that of the file',
      [500, 510, 520],
      { ...RESCALE, '0028,1050 DS': '0', '0028,1051 DS': '1' },
      [255, 255, 255],
    ],
    ['rescaled before its own range', [500, 510, 520], { ...RESCALE, ...window(0, 1) }, [0, 128, 255], 'auto'],
    ['without a window that has no centre', [0, 5], { '0028,1050 DS': 'none', '0028,1051 DS': '256' }, [0, 255]],
    // -2, -1, 0, 1 with rubbish above the 12 bits
    ['of signed values', [0xfffe, 0x0fff, 0x3000, 0x7001], SIGNED, UP],
    [
      'of bits that do not begin at 0, without overlays in others',
      [0x00f1, 0x010f, 0x7020, 0x003f],
      { '0028,0101 US': [8], '0028,0102 US': [11] },
      [15, 16, 2, 3].map((value) => clipped(value / 16)),
      '8,16',
    ],
    [
      'looked up in the table of a VOI',
      [9, 10, 11, 12, 13],
      { '0028,3010 SQ': [table(10, 8, [255, 0, 51])], '0028,1050 DS': '0', '0028,1051 DS': '1' },
      [255, 255, 0, 51, 51],
    ],
    ['looked up in a modality table', [0, 1, 2], MODALITY, [0, 255, 128]],
    ['looked up before a chosen window', [0, 1, 2], MODALITY, [0, 255, 128], '15,10'],
  ])('is %s', async (_, words, elements, expected, chosen) => {
    expect(await levels(row(words, elements), chosen === undefined ? {} : { window: chosen })).toEqual(expected);
  });

  it.each<[string, number[], Elements, string?]>([
    [SAME, [7, 7, 7], {}],
    [SAME, [7, 7, 7], { '0028,1050 DS': '7', '0028,1051 DS': '2' }, 'auto'],
    ['blank: all its values are padding or no numbers', [7, 7], { '0028,0120 US': [7] }],
    [
      'damaged: its Rescale Slope is 0, which makes all values the same',
      [1, 2],
      { ...window(128, 256), ...RESCALE, '0028,1053 DS': '0' },
    ],
    ['damaged: its Rescale Slope or Intercept is no number', [1, 2], { ...RESCALE, '0028,1053 DS': 'one' }],
    [
      'damaged: one of its lookup tables is cut short',
      [1],
      { '0028,3010 SQ': [{ ...table(10, 8, [255, 0]), '0028,3002 US': [40, 10, 8] }] },
    ],
  ])('is refused: %s', async (words, values, elements, chosen) => {
    expect(await reason(row(values, elements), chosen === undefined ? {} : { window: chosen })).toBe(words);
  });

  it('is blank in one frame, and not in the others of its file', async () => {
    const frames = dicomPicture({ rows: 1, columns: 2, words: [7, 7, 1, 3], elements: { '0028,0008 IS': '2' } });
    const { pictures, unusable } = await open(frames, { frames: 'all' });
    expect([pictures.map(({ pixels }) => [...pixels]), unusable]).toEqual([[[0, 65_535]], [`frame 1: ${SAME}`]]);
  });

  it.each<[string, Elements, number]>([
    ['pixel spacing', { '0028,0030 DS': text(0.5, 0.25) }, 0.5],
    ['spacing on the detector', { '0018,1164 DS': text(0.2, 0.4) }, 2],
    ['spacing on a scanned film', { '0018,2010 DS': text(0.5, 0.3) }, 0.6],
    ['regions of ultrasound', { '0018,6011 SQ': [region(0.03, 0.05), region(0.012, -0.02)] }, 0.6],
    ['aspect ratio', { '0028,0034 IS': text(5, 3) }, 0.6],
    [
      'spacing of the patient before that of the detector',
      { '0028,0030 DS': text(1, 1), '0018,1164 DS': text(1, 2) },
      1,
    ],
    ['ratio beside a spacing that is 0', { '0028,0030 DS': text(0, 0.5), '0028,0034 IS': text(1, 2) }, 2],
    ['spacing of its projection', { '5200,9229 SQ': [{ '0028,9443 SQ': [{ '0018,1164 DS': text(0.1, 0.2) }] }] }, 2],
    [
      'square pixels of its frame, before the ratio of its file',
      { '0028,0034 IS': text(1, 2), '5200,9230 SQ': [{ '0028,9110 SQ': [{ '0028,0030 DS': text(1, 1) }] }] },
      1,
    ],
    ['nothing', {}, 1],
    ['an empty spacing', { '0028,0030 DS': '' }, 1],
    ['a region along time', { '0018,6011 SQ': [region(0.01, 0.05, [2, 4, 3])] }, 1],
    ['a region without units', { '0018,6011 SQ': [region(0.01, 0.05, [1, 0, 0])] }, 1],
  ])('has the form of its pixels by %s', async (_, elements, aspect) => {
    const { pictures } = await open(row([1, 2], elements));
    expect(pictures[0]).toMatchObject({ width: 2, height: 1, unusable: false });
    expect(pictures[0]!.aspect).toBeCloseTo(aspect, 10);
  });

  it.each<[string, Elements]>([
    ['0', { '0028,0030 DS': text(0, 0.5) }],
    ['one value', { '0028,0030 DS': '0.5' }],
    ['three values', { '0018,1164 DS': text(0.5, 0.5, 1) }],
    ['words', { '0018,2010 DS': text('fine', 0.5) }],
    ['a negative number', { '0028,0034 IS': text(-1, 2) }],
    ['regions that differ', { '0018,6011 SQ': [region(0.03, 0.05), region(0.03, 0.03)] }],
    ['a region of no height', { '0018,6011 SQ': [region(0.03, 0)] }],
    ['a region of no width', { '0018,6011 SQ': [region(0, 0.03)] }],
  ])('has square pixels and says so where the file gives %s', async (_, elements) => {
    const { pictures } = await open(row([1, 2], elements));
    expect(pictures[0]).toMatchObject({ aspect: 1, unusable: true });
  });
});

describe('frames of DICOM', () => {
  const words = [1, 2, 11, 12, 21, 22, 31, 32];
  const four = dicomPicture({ rows: 1, columns: 2, words, elements: { '0028,0008 IS': '4' } });
  const first = async (frames: string) =>
    (await open(four, { frames, window: '20,40' })).pictures.map(({ pixels }) =>
      Math.round((40 * pixels[0]!) / 65_535),
    );

  it('are chosen by their numbers', async () => {
    expect(await first('first')).toEqual([1]);
    expect(await first('middle')).toEqual([11]);
    expect(await first('all')).toEqual([1, 11, 21, 31]);
    expect(await first('2-3')).toEqual([11, 21]);
    expect(await first('4')).toEqual([31]);
    expect(await first('3-99')).toEqual([21, 31]);
    expect(await reason(four, { frames: '5-9' })).toBe('it has 4 frames, and frame 5 was asked for');
  });

  it('have their own rescaling and window in the enhanced form', async () => {
    const group = (slope: string, centre: string): Elements => ({
      '0028,9145 SQ': [{ '0028,1052 DS': '0', '0028,1053 DS': slope }],
      '0028,9132 SQ': [{ '0028,1050 DS': centre, '0028,1051 DS': '40', '0028,1056 CS': 'LINEAR_EXACT' }],
    });
    const enhanced = dicomPicture({
      rows: 1,
      columns: 1,
      words: [10, 10],
      elements: { '0028,0008 IS': '2', '5200,9230 SQ': [group('1', '20'), group('2', '30')] },
    });
    const { pictures } = await open(enhanced, { frames: 'all' });
    expect(pictures.map(({ pixels }) => Math.round(pixels[0]! / 257))).toEqual([64, 64]);
    const shared = dicomPicture({
      rows: 1,
      columns: 1,
      words: [10],
      elements: { '5200,9229 SQ': [group('3', '20')] },
    });
    expect(await levels(shared)).toEqual([191]);
  });
});

describe('colour of DICOM', () => {
  const rgb = (bytes: number[], elements: Elements = {}) =>
    dicomPicture({
      rows: 1,
      columns: 2,
      elements: {
        ...RGB,
        '7fe0,0010 OW': Uint8Array.from(bytes),
        ...elements,
      },
    });

  it('is RGB, whether channels lie together or apart', async () => {
    expect(await levels(rgb([1, 2, 3, 4, 5, 6]))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await levels(rgb([1, 4, 2, 5, 3, 6], { '0028,0006 US': [1] }))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is converted from luma and chroma, whole and halved', async () => {
    expect(await levels(rgb([76, 85, 255, 128, 128, 128], { '0028,0004 CS': 'YBR_FULL' }))).toEqual([
      254, 0, 0, 128, 128, 128,
    ]);
    const halved = rgb([100, 50, 128, 128], { '0028,0004 CS': 'YBR_FULL_422' });
    expect(await levels(halved)).toEqual([100, 100, 100, 50, 50, 50]);
  });

  it('is looked up in a palette, of 16 bits or of 8 in 16', async () => {
    const table = (entries: number[]) => Buffer.from(Uint16Array.from(entries).buffer);
    const palette = (red: number[], green: number[], blue: number[]) =>
      dicomPicture({
        rows: 1,
        columns: 2,
        words: [1, 0],
        elements: {
          '0028,0004 CS': 'PALETTE COLOR',
          '0028,1101 US': [2, 0, 16],
          '0028,1102 US': [2, 0, 16],
          '0028,1103 US': [2, 0, 16],
          '0028,1201 OW': table(red),
          '0028,1202 OW': table(green),
          '0028,1203 OW': table(blue),
        },
      });
    expect(await levels(palette([0x1000, 0x2000], [0, 0xff00], [0x7f00, 0]))).toEqual([0x20, 0xff, 0, 0x10, 0, 0x7f]);
    expect(await levels(palette([0x10, 0x20], [0, 0xff], [0x7f, 0]))).toEqual([0x20, 0xff, 0, 0x10, 0, 0x7f]);
    // A channel that is nearly dark in all entries has the bits of the others.
    expect(await levels(palette([0x1000, 0x2000], [0, 0xff00], [0xff, 0]))).toEqual([0x20, 0xff, 0, 0x10, 0, 0]);
  });

  it('is refused where gray is asked for, and where its kind is not known', async () => {
    expect(await reason(rgb([1, 2, 3, 4, 5, 6]), { gray: true })).toBe(
      'a picture in colour (RGB), where channels 1 asks for gray',
    );
    expect(await reason(rgb([1, 2, 3, 4, 5, 6], { '0028,0004 CS': 'HSV' }))).toBe(
      'its colour (photometric interpretation HSV) is not supported',
    );
  });
});

describe('a DICOM file that cannot be used', () => {
  const picture = dicomPicture();

  it.each<[string, Uint8Array]>([
    ['an empty file', Buffer.alloc(0)],
    ['truncated: it ends within the head of a DICOM file', picture.subarray(0, 100)],
    ['truncated or damaged: its elements lead beyond its end', picture.subarray(0, -3)],
    ['truncated or damaged: its elements lead beyond its end', picture.subarray(0, 300)],
    [
      'no DICOM file: the letters DICM are not at byte 128; it may be encrypted, damaged or of another format',
      Buffer.alloc(400, 7),
    ],
    ['encrypted as a whole: decrypt it first', Buffer.concat([Buffer.from('Salted__'), Buffer.alloc(400, 9)])],
    ['encrypted as a whole: decrypt it first', Buffer.concat([Buffer.from([0x30, 0x82]), Buffer.alloc(400, 9)])],
    [
      'its pixels are encrypted: decrypt it first',
      dicomPicture({
        elements: { '7fe0,0010 OW': undefined, '0400,0500 SQ': [{ '0400,0510 UI': '1.2.840.10008.1.2.1' }] },
      }),
    ],
    ['without pixels: a report, a plan or the like', dicomPicture({ elements: { '7fe0,0010 OW': undefined } })],
    [
      'its pixels are floats, which are not supported',
      dicomPicture({ elements: { '7fe0,0010 OW': undefined, '7fe0,0008 OF': Buffer.alloc(64) } }),
    ],
    ['truncated: it has 6 of 32 bytes of pixels', dicomPicture({ rows: 4, columns: 4, words: [1, 2, 3] })],
    ['damaged: it has pixels, but does not say how many', dicomPicture({ rows: 0 })],
    [
      '60000 x 60000 pixels are more than the limit of 100 million',
      dicomPicture({ rows: 60_000, columns: 60_000, words: [0] }),
    ],
    ['its pixels have 1 bit; 8, 16 and 32 are supported', dicomPicture({ elements: { '0028,0100 US': [1] } })],
    [
      'damaged: it is gray, but its pixels have 3 values each',
      dicomPicture({ words: new Uint16Array(48), elements: { '0028,0002 US': [3] } }),
    ],
    [
      'damaged: Bits Stored 17 does not fit High Bit 11 and Bits Allocated 16',
      dicomPicture({ elements: { '0028,0101 US': [17] } }),
    ],
    ['damaged: Bits Stored is missing', dicomPicture({ elements: { '0028,0101 US': undefined } })],
    [
      'its pixels are a video (transfer syntax 1.2.840.10008.1.2.4.102)',
      dicomPicture({ syntax: '1.2.840.10008.1.2.4.102' }),
    ],
    [
      'its pixels are written in a way that is not supported (transfer syntax 1.2.840.113619.5.2)',
      dicomPicture({ syntax: '1.2.840.113619.5.2' }),
    ],
    ['damaged: its elements cannot be read', dicomFile({}, {})],
    [
      'a DICOMDIR, which lists files and has no pixels',
      dicomFile({ '0002,0010 UI': '1.2.840.10008.1.2.1' }, { '0004,1220 SQ': [{}] }),
    ],
  ])('because it is %s', async (words, bytes) => {
    expect(await reason(bytes)).toBe(words);
  });

  it('because its deflated part is damaged; and one that is whole is read', async () => {
    const whole = dicomPicture({ syntax: '1.2.840.10008.1.2.1.99' });
    const at = whole.indexOf(Buffer.from([0x08, 0x00, 0x60, 0x00]));
    const deflated = Buffer.concat([whole.subarray(0, at), deflateRawSync(whole.subarray(at))]);
    expect(await levels(deflated)).toEqual(await levels(picture));
    expect(await reason(deflated.subarray(0, -20))).toMatch(/^(truncated|damaged)/);
  });
});
