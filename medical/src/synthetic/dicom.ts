/**
 * Pictures of models as DICOM files: gray or RGB, 8 or 16 bits. Everything in a file, its UIDs too, is a function of model,
 * seed, picture and what is told of it. So one picture has one UID in whatever call it is made. All pictures of a model and a
 * modality are one series, but slices of CT and MR, which have nothing to do with each other in space, are a series each.
 *
 * That it is synthetic, text says in patient, study, series and comments, and Contributing Equipment says of what. Synthetic Data
 * (0008,001C) is left out: it is newer than the dictionary of Debian's dciodvfy, which calls it an error.
 *
 * Which class a file has is in `classes.ts`. Sources: PS3.3 C.7.3.1 (series), C.11.1 and C.11.2 (rescale and window), C.12.1
 * (contributing equipment), 10.7 (spacing); PS3.16 CID 7005.
 */
import { type Elements, encodeFile, type Modality, uidOf } from '@onnoise/base/dicom';
import { isUnpaired } from './body-parts.ts';
import { CLASSES, type ImageClass, SECONDARY_CAPTURE } from './classes.ts';
import { decimal } from './decimal.ts';
import { type PictureFacts, SYNTHETIC_LABEL, type SyntheticOrigin, type SyntheticPicture, WRITER } from './picture.ts';

/** Of the file's head, by which `isSyntheticDicom` knows it. */
const IMPLEMENTATION = uidOf(WRITER);
const LARGEST_NUMBER = 2 ** 31 - 1;

/** Whether a file was written here. @param beginning its first 1,024 bytes */
export const isSyntheticDicom = (beginning: Uint8Array): boolean => Buffer.from(beginning).includes(IMPLEMENTATION);

/** The class of a modality's files. Slices that are not axial, or of pixels of an unknown size, cannot have that of slices. */
function classOf(modality: Modality, { spacing, plane }: PictureFacts): ImageClass {
  const own = CLASSES[modality];
  const placed = spacing !== undefined && plane === undefined;
  return own === undefined || (own.slice && !placed) ? SECONDARY_CAPTURE : own;
}

export function encodeSyntheticDicom(
  picture: SyntheticPicture,
  { model, hash, seed }: SyntheticOrigin,
  modality: Modality = 'OT',
  facts: PictureFacts = {},
): Buffer {
  const { width, height, channels } = picture;
  const { spacing, levels, bodyPart } = facts;
  const kind = classOf(modality, facts);
  const bits = picture.data instanceof Uint16Array ? 16 : 8;
  const stored = Math.max(bits, kind.leastStored);
  const allocated = stored === 8 ? 8 : 16;
  const pixels = littleEndian(picture, allocated);
  const shape = [bits, channels, width, height].join(' ');
  const besides = JSON.stringify([kind.uid, spacing, levels, bodyPart]);
  const instance = uidOf('picture', hash, modality, seed, shape, besides, pixels);
  const said = `Drawn by a program: ${WRITER}, model ${model} (SHA-256 ${hash}), seed ${seed}`;
  const number = Number(seed) <= LARGEST_NUMBER ? seed : '';
  const elements: Elements = [
    [0x0008_0005, 'CS', 'ISO_IR 192'],
    [0x0008_0008, 'CS', kind.imageType],
    [0x0008_0016, 'UI', kind.uid],
    [0x0008_0018, 'UI', instance],
    [0x0008_0020, 'DA', ''],
    [0x0008_0030, 'TM', ''],
    [0x0008_0050, 'SH', ''],
    [0x0008_0060, 'CS', modality],
    [0x0008_0070, 'LO', 'Onnoise'],
    [0x0008_0090, 'PN', ''],
    [0x0008_1030, 'LO', 'SYNTHETIC'],
    [0x0008_103e, 'LO', shortened(`SYNTHETIC ${line(model)}`)],
    [0x0008_2111, 'ST', said],
    [0x0010_0010, 'PN', 'SYNTHETIC^PICTURE'],
    [0x0010_0020, 'LO', `SYNTHETIC-${hash.slice(0, 16)}`],
    [0x0010_0030, 'DA', ''],
    [0x0010_0040, 'CS', ''],
    [0x0010_4000, 'LT', SYNTHETIC_LABEL],
    [0x0018_a001, 'SQ', [contribution(model, said)]],
    [0x0020_000d, 'UI', uidOf('study', hash)],
    [0x0020_000e, 'UI', uidOf('series', hash, modality, kind.uid, bodyPart ?? '', kind.slice ? instance : '')],
    [0x0020_0010, 'SH', '1'],
    [0x0020_0011, 'IS', kind.slice ? number : '1'],
    [0x0020_0013, 'IS', number],
    ...only(!isUnpaired(bodyPart), [0x0020_0060, 'CS', '']), // laterality, which is not known
    [0x0020_4000, 'LT', `${SYNTHETIC_LABEL} Seed ${seed}`],
    [0x0028_0002, 'US', channels],
    [0x0028_0004, 'CS', channels === 1 ? 'MONOCHROME2' : 'RGB'],
    ...only(channels === 3, [0x0028_0006, 'US', 0]), // the colours of a pixel side by side
    [0x0028_0010, 'US', height],
    [0x0028_0011, 'US', width],
    [0x0028_0100, 'US', allocated],
    [0x0028_0101, 'US', stored],
    [0x0028_0102, 'US', stored - 1],
    [0x0028_0103, 'US', 0],
    [0x0028_0301, 'CS', 'NO'],
    ...only(channels === 1, ...grayScale(bits, modality, facts)),
    ...only(kind.slice, [0x0020_0052, 'UI', uidOf('frame of reference', instance)]),
    ...(spacing === undefined ? [] : [pixelSpacing(spacing)]),
    [0x7fe0_0010, allocated === 16 ? 'OW' : 'OB', pixels],
  ];
  const told: Elements = bodyPart === undefined ? [] : [[BODY_PART, 'CS', bodyPart]];
  const own = kind.own.filter(([tag]) => told.every(([other]) => tag !== other));
  const sorted = [...elements, ...own, ...told].sort(([a], [b]) => a - b);
  return encodeFile({ kind: kind.uid, instance, implementation: IMPLEMENTATION, version: 'ONNOISE' }, sorted);
}

const BODY_PART = 0x0018_0015;

const only = (wanted: boolean, ...elements: Elements): Elements => (wanted ? elements : []);

const pixelSpacing = (side: number): Elements[number] => [0x0028_0030, 'DS', `${decimal(side)}\\${decimal(side)}`];

/** From levels to what was measured, in CT, and the window that shows levels as they are. */
function grayScale(bits: number, modality: Modality, { levels }: PictureFacts): Elements {
  const white = 2 ** bits - 1;
  if (modality !== 'CT') return windowOf(0, white);
  const { black, white: brightest, unit = 'US' } = levels ?? { black: 0, white };
  return [
    ...windowOf(black, brightest),
    [0x0028_1052, 'DS', decimal(black)],
    [0x0028_1053, 'DS', decimal((brightest - black) / white)],
    [0x0028_1054, 'LO', unit], // US: of no unit
  ];
}

/** The function LINEAR has a step less than its width, and its middle half a step before its centre. */
const windowOf = (black: number, white: number): Elements => [
  [0x0028_1050, 'DS', decimal((black + white + 1) / 2)],
  [0x0028_1051, 'DS', decimal(white - black + 1)],
];

/** An item of the Contributing Equipment Sequence. */
const contribution = (model: string, said: string): Elements => [
  [0x0008_0070, 'LO', 'Onnoise'],
  [0x0008_1090, 'LO', shortened(line(model))],
  [0x0018_a003, 'ST', said],
  [
    0x0040_a170,
    'SQ',
    [
      [
        [0x0008_0100, 'SH', '109102'],
        [0x0008_0102, 'SH', 'DCM'],
        [0x0008_0104, 'LO', 'Processing Equipment'],
      ],
    ],
  ],
];

/** Without the character that separates values. */
const line = (text: string): string => text.replaceAll(/[\\\p{Cc}]/gu, ' ');

/** To the longest LO, in letters. */
const shortened = (text: string): string => Array.from(text).slice(0, 64).join('').trim();

/** In bytes, or in words of 16 bits: where levels have 16, and where the class demands them. */
function littleEndian({ data }: SyntheticPicture, allocated: number): Uint8Array {
  if (data instanceof Uint8Array && allocated === 8) return data;
  const bytes = Buffer.alloc(2 * data.length);
  for (const [i, level] of data.entries()) bytes.writeUInt16LE(level, 2 * i);
  return bytes;
}
