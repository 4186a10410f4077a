/**
 * The classes of images that files of pictures may have, and what each demands beside the elements that all of them have. An
 * element that must be there and of which a model knows nothing is empty. Sources: PS3.3 A.2 and C.8.1 (Computed
 * Radiography), A.3 and C.8.2 (CT), A.4 and C.8.3 (MR), A.8.1 and C.8.6 (Secondary Capture), C.7.6.2 (plane).
 *
 * Digital X-ray images have none here: their class demands a side of the body and the spacing on a detector.
 */
import type { Elements, Modality } from '@onnoise/base/dicom';

export interface ImageClass {
  /** SOP Class UID. */
  uid: string;
  imageType: string;
  /** Whether a picture lies in space: its class demands the size of a pixel and a frame of reference, one for each series. */
  slice: boolean;
  /** Bits of a stored level. More than 8 are in words of 16. */
  leastStored: 8 | 12;
  own: Elements;
}

const UNKNOWN = '';

const SLICE = { slice: true, leastStored: 12 } as const;
const FLAT = { imageType: 'DERIVED\\SECONDARY', slice: false, leastStored: 8 } as const;

/** What both kinds of slices demand. The plane is nominal: axial, with the first pixel at the origin. */
const PLANE: Elements = [
  [0x0018_0050, 'DS', UNKNOWN], // slice thickness
  [0x0018_5100, 'CS', UNKNOWN], // patient position
  [0x0020_0032, 'DS', '0\\0\\0'],
  [0x0020_0037, 'DS', '1\\0\\0\\0\\1\\0'],
  [0x0020_1040, 'LO', UNKNOWN], // position reference
];

export const SECONDARY_CAPTURE: ImageClass = {
  uid: '1.2.840.10008.5.1.4.1.1.7',
  ...FLAT,
  own: [
    [0x0008_0064, 'CS', 'SYN'],
    [0x0020_0020, 'CS', UNKNOWN], // patient orientation
  ],
};

/** A modality without one has Secondary Captures. */
export const CLASSES: Readonly<Partial<Record<Modality, ImageClass>>> = {
  CR: {
    uid: '1.2.840.10008.5.1.4.1.1.1',
    ...FLAT,
    own: [
      [0x0018_0015, 'CS', UNKNOWN], // body part
      [0x0018_5101, 'CS', UNKNOWN], // view
      [0x0020_0020, 'CS', UNKNOWN],
    ],
  },
  CT: {
    uid: '1.2.840.10008.5.1.4.1.1.2',
    imageType: 'DERIVED\\SECONDARY\\AXIAL',
    ...SLICE,
    own: [
      ...PLANE,
      [0x0018_0060, 'DS', UNKNOWN], // KVP
      [0x0020_0012, 'IS', UNKNOWN], // acquisition
    ],
  },
  MR: {
    uid: '1.2.840.10008.5.1.4.1.1.4',
    imageType: 'DERIVED\\SECONDARY\\OTHER',
    ...SLICE,
    own: [
      ...PLANE,
      [0x0018_0020, 'CS', 'RM'], // research mode: of no sequence of pulses
      [0x0018_0021, 'CS', 'NONE'],
      [0x0018_0022, 'CS', UNKNOWN],
      [0x0018_0023, 'CS', UNKNOWN],
      [0x0018_0080, 'DS', UNKNOWN],
      [0x0018_0081, 'DS', UNKNOWN],
      [0x0018_0091, 'IS', UNKNOWN],
    ],
  },
};
