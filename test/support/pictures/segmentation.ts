/** DICOM segmentations (SEG) for tests, with as little in them as their frames need. */
import { dicomFile, dicomPicture, type Elements, type Value } from './dicom.ts';

const SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.4';

export interface SegFrame {
  /** [rows, columns] of 0 and 1, of fractions, or of numbers of segments. */
  pixels: readonly number[];
  /** Its number. Default 1; undefined leaves it out. */
  segment?: number | undefined;
  /** SOP Instance UIDs. */
  of?: readonly string[];
  /** Of the image's frames, from 1: a text as DICOM has it. */
  imageFrame?: string;
  preserved?: string;
  /** Image Position (Patient). */
  position?: string;
}

export interface SegFile {
  rows: number;
  columns: number;
  frames: readonly SegFrame[];
  /** By number, from 1. Default `Bone`. */
  labels?: readonly string[];
  kind?: string;
  /** Images that the file lists. */
  images?: readonly string[];
  /** Pixel Spacing and Image Orientation (Patient). */
  space?: { spacing: string; orientation: string };
  elements?: Readonly<Record<string, Value | undefined>>;
}

const sourceOf = (instance: string, { imageFrame, preserved }: SegFrame): Elements => ({
  '0008,1155 UI': instance,
  ...(imageFrame !== undefined && { '0008,1160 IS': imageFrame }),
  ...(preserved !== undefined && { '0028,135a CS': preserved }),
});

const groupsOf = (frame: SegFrame): Elements => ({
  ...(frame.of && { '0008,9124 SQ': [{ '0008,2112 SQ': frame.of.map((instance) => sourceOf(instance, frame)) }] }),
  ...(frame.position !== undefined && { '0020,9113 SQ': [{ '0020,0032 DS': frame.position }] }),
  ...(!('segment' in frame && frame.segment === undefined) && {
    '0062,000a SQ': [{ '0062,000b US': [frame.segment ?? 1] }],
  }),
});

function bitsOf(pixels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(pixels.length / 8));
  for (const [i, pixel] of pixels.entries()) bytes[i >> 3]! |= pixel << (i & 7);
  return bytes;
}

export function segmentationFile({
  rows,
  columns,
  frames,
  labels = ['Bone'],
  kind = 'BINARY',
  images,
  space,
  elements = {},
}: SegFile): Buffer {
  const pixels = frames.flatMap((frame) => frame.pixels);
  const bits = kind === 'BINARY' ? 1 : 8;
  return dicomFile(
    { '0002,0002 UI': SEGMENTATION, '0002,0003 UI': '1.2.3.9', '0002,0010 UI': '1.2.840.10008.1.2.1' },
    {
      '0008,0016 UI': SEGMENTATION,
      ...(images && { '0008,1115 SQ': [{ '0008,114a SQ': images.map((uid) => ({ '0008,1155 UI': uid })) }] }),
      '0028,0002 US': [1],
      '0028,0004 CS': 'MONOCHROME2',
      '0028,0008 IS': `${frames.length}`,
      '0028,0010 US': [rows],
      '0028,0011 US': [columns],
      '0028,0100 US': [bits],
      '0028,0101 US': [bits],
      '0028,0102 US': [bits - 1],
      '0028,0103 US': [0],
      '0062,0001 CS': kind,
      '0062,0002 SQ': labels.map((label, i) => ({ '0062,0004 US': [i + 1], '0062,0005 LO': label })),
      ...(space && {
        '5200,9229 SQ': [
          {
            '0020,9116 SQ': [{ '0020,0037 DS': space.orientation }],
            '0028,9110 SQ': [{ '0028,0030 DS': space.spacing }],
          },
        ],
      }),
      '5200,9230 SQ': frames.map(groupsOf),
      '7fe0,0010 OB': bits === 1 ? bitsOf(pixels) : Uint8Array.from(pixels),
      ...elements,
    },
  );
}

/** An image that segmentations may be of, of 4 x 4 pixels. */
export const imageFile = (instance: string, elements: Readonly<Record<string, Value>> = {}): Buffer =>
  dicomPicture({ elements: { '0008,0018 UI': instance, ...elements } });
