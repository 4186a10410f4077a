import { describe, expect, it } from 'vitest';
import { parseDicom } from '#medical/dicom/parse.ts';
import { planeOf, requireSamePlane } from '#medical/dicom/plane.ts';
import { dicomShapeOf } from '#medical/dicom/shape.ts';
import { openSegmentation, readSegmentationHead } from '#medical/segmentation/pixels.ts';
import { dicomPicture } from '#test/pictures/dicom.ts';
import { imageFile, type SegFile, segmentationFile } from '#test/pictures/segmentation.ts';

const seg = (more: Partial<SegFile> = {}) =>
  segmentationFile({ rows: 3, columns: 3, frames: [{ pixels: [1, 0, 1, 0, 1, 0, 1, 0, 1], of: ['1.1'] }], ...more });
const read = async (bytes: Buffer, frames = 1) => {
  const opened = openSegmentation(bytes);
  return Promise.all(Array.from({ length: frames }, async (_, k) => [...(await opened.read(k))]));
};

describe('a segmentation', () => {
  it('of bits begins no frame at a byte', async () => {
    const [first, second, third] = [
      [1, 0, 1, 0, 1, 0, 1, 0, 1],
      [0, 1, 1, 0, 0, 0, 0, 1, 0],
      [1, 1, 1, 1, 1, 1, 1, 1, 0],
    ];
    const frames = [first, second, third].map((pixels, i) => ({ pixels: pixels!, of: [`1.${i + 1}`], segment: i + 1 }));
    const bytes = seg({ frames, labels: ['Bone', 'Skin', 'Fat'] });
    expect(await read(bytes, 3)).toEqual([first, second, third]);
    expect(readSegmentationHead(bytes)).toMatchObject({
      rows: 3,
      columns: 3,
      segments: [
        { number: 1, label: 'Bone' },
        { number: 2, label: 'Skin' },
        { number: 3, label: 'Fat' },
      ],
      frames: [
        { image: '1.1', segment: 1, moved: false },
        { image: '1.2', segment: 2, moved: false },
        { image: '1.3', segment: 3, moved: false },
      ],
    });
  });

  it('of fractions is there from half of the largest on', async () => {
    const frames = [{ pixels: [0, 1, 49, 50, 51, 100, 0, 0, 0], of: ['1.1'] }];
    const bytes = seg({ frames, kind: 'FRACTIONAL', elements: { '0062,000e US': [100] } });
    expect(await read(bytes)).toEqual([[0, 0, 0, 1, 1, 1, 0, 0, 0]]);
  });

  it('that lists one image is of that, and of all that it lists', () => {
    const frames = [{ pixels: new Array(9).fill(1) }];
    expect(readSegmentationHead(seg({ frames, images: ['1.7'] }))!.frames[0]!.image).toBe('1.7');
    const listed = seg({ images: ['1.1', '1.2'] });
    expect([...readSegmentationHead(listed)!.images]).toEqual(['1.1', '1.2']);
  });

  // The bytes are those that pydicom 3.0.2 writes.
  it.each([
    ['ISO_IR 192', '4772c3b6c39f65', 'Größe'],
    ['ISO_IR 100', '4772f6df65', 'Größe'],
    ['ISO 2022 IR 6\\ISO 2022 IR 100', '20e420', 'ä'],
    ['ISO_IR 101', 'b1', 'ą'],
    ['ISO_IR 144', 'bfd5e7d5ddec', 'Печень'],
    ['ISO_IR 13', 'b6dd', 'ｶﾝ'],
    ['ISO_IR 166', 'b5d1ba', 'ตับ'],
    ['\\ISO 2022 IR 87', '1b2442344e42211b2842', '肝臓'],
    ['\\ISO 2022 IR 149', '1b242943b0a3', '간'],
    ['GB18030', 'b8ce', '肝'],
    ['ISO_IR 999', '426f6e65', 'Bone'],
  ])('has names in its own letters, %s', (set, bytes, name) => {
    const labels = [Buffer.from(bytes, 'hex').toString('latin1')];
    const file = seg({ labels, elements: { '0008,0005 CS': set } });
    expect(readSegmentationHead(file)!.segments).toEqual([{ number: 1, label: name }]);
  });

  it('has the name of what its segment shows where it has none itself', () => {
    const [shown, kind] = ['Spleen', 'Organ'].map((meaning) => [{ '0008,0104 LO': meaning }]);
    const item = { '0062,0003 SQ': kind!, '0062,0004 US': [1], '0062,0005 LO': ' ', '0062,000f SQ': shown! };
    const file = seg({ elements: { '0062,0002 SQ': [item] } });
    expect(readSegmentationHead(file)!.segments).toEqual([{ number: 1, label: 'Spleen' }]);
  });

  it('whose beginning ends before the pixels wants more of the file', () => {
    const bytes = seg();
    expect(() => readSegmentationHead(bytes.subarray(0, 400))).toThrow('truncated or damaged');
    const pixels = bytes.lastIndexOf(Buffer.from('e07f1000', 'hex'));
    expect(readSegmentationHead(bytes.subarray(0, pixels))).toBeUndefined();
    expect(dicomShapeOf(imageFile('1.1').subarray(0, -44))).toBeUndefined();
  });

  it.each<[string, Buffer, string]>([
    ['another kind of file', dicomPicture(), 'a DICOM file that is no segmentation (SEG)'],
    [
      'an unknown kind',
      seg({ kind: 'SURFACE' }),
      'a segmentation of an unknown kind: BINARY, FRACTIONAL and LABELMAP are read',
    ],
    [
      'no segment',
      seg({ frames: [{ pixels: [], of: ['1.1'], segment: undefined }] }),
      'damaged: it does not say which segment frame 1 is',
    ],
    [
      'no image',
      seg({ frames: [{ pixels: [] }], images: ['1.1', '1.2'] }),
      'it does not say which image frame 1 is of',
    ],
    ['several images', seg({ frames: [{ pixels: [], of: ['1.1', '1.2'] }] }), 'its frame 1 is made of several images'],
    [
      'several frames',
      seg({ frames: [{ pixels: [], of: ['1.1'], imageFrame: '1\\2' }] }),
      'its frame 1 is made of several images',
    ],
    [
      'tiles of a slide',
      seg({ elements: { '0020,9311 CS': 'TILED_FULL' } }),
      'its frames are tiles of a slide, which are not read',
    ],
    ['no size', seg({ rows: 0 }), 'damaged: it does not say how many pixels it has'],
    [
      'cut bits',
      seg({ elements: { '0028,0008 IS': '1', '7fe0,0010 OB': Uint8Array.of() } }),
      'truncated: it has 0 of 2 bytes of pixels',
    ],
  ])('is refused: %s', (_, bytes, reason) => {
    expect(() => openSegmentation(bytes)).toThrow(reason);
  });
});

describe('a plane', () => {
  const straight = '1\\0\\0\\0\\1\\0';
  const planeFile = (position: string, { rows = 4, spacing = '1\\1', orientation = straight } = {}) =>
    planeOf(
      parseDicom(
        dicomPicture({
          rows,
          columns: rows,
          elements: { '0020,0032 DS': position, '0020,0037 DS': orientation, '0028,0030 DS': spacing },
        }),
      ).data,
      0,
    );

  it('is that of an image if their corners are, whatever their pixels', () => {
    const image = planeFile('10\\20\\5');
    expect(() => requireSamePlane(planeFile('10\\20\\5'), image)).not.toThrow();
    expect(() => requireSamePlane(planeFile('9.75\\19.75\\5', { rows: 8, spacing: '0.5\\0.5' }), image)).not.toThrow();
    expect(() => requireSamePlane(undefined, image)).not.toThrow();
    expect(() => requireSamePlane(image, planeOf(parseDicom(dicomPicture()).data, 0))).not.toThrow();
  });

  it.each([
    ['beside it', planeFile('11\\20\\5'), 1],
    ['above it', planeFile('10\\20\\6'), 1],
    ['of a part', planeFile('10\\20\\5', { rows: 2 }), 2],
    ['seen from the other side', planeFile('13\\20\\5', { orientation: '-1\\0\\0\\0\\1\\0' }), 4],
  ])('is another one: %s', (_, plane, apart) => {
    expect(() => requireSamePlane(plane, planeFile('10\\20\\5'))).toThrow(
      `it lies elsewhere in space than its image, by up to ${apart} mm at a corner: resample it onto the image`,
    );
  });
});
