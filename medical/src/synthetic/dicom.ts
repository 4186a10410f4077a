/**
 * Pictures of models as DICOM files: gray or RGB, 8 or 16 bits. Everything in a file, its UIDs too, is a function of model,
 * seed and picture. So one picture has one UID in whatever call it is made, and all pictures of a model and a modality are one
 * series.
 *
 * CT, MR and digital radiographs have classes whose files must tell the size of a pixel and the place in the patient. A model
 * knows neither, so they are Secondary Captures of that modality. Sources: PS3.3 A.8.1
 * (Secondary Capture), A.2 (Computed Radiography), C.7.3.1 (series), C.12.1 (synthetic data, contributing equipment); PS3.16
 * CID 7005.
 */
import { type Elements, encodeFile, type Modality, SECONDARY_CAPTURE, uidOf } from '@onnoise/base/dicom';
import { SYNTHETIC_LABEL, type SyntheticOrigin, type SyntheticPicture, WRITER } from './picture.ts';

const COMPUTED_RADIOGRAPHY = '1.2.840.10008.5.1.4.1.1.1';

/** Of the file's head, by which `isSyntheticDicom` knows it. */
const IMPLEMENTATION = uidOf(WRITER);
const LARGEST_NUMBER = 2 ** 31 - 1;

/** Whether a file was written here. @param beginning its first 1,024 bytes */
export const isSyntheticDicom = (beginning: Uint8Array): boolean => Buffer.from(beginning).includes(IMPLEMENTATION);

export function encodeSyntheticDicom(
  { data, width, height, channels }: SyntheticPicture,
  { model, hash, seed }: SyntheticOrigin,
  modality: Modality = 'OT',
): Buffer {
  const radiograph = modality === 'CR';
  const kind = radiograph ? COMPUTED_RADIOGRAPHY : SECONDARY_CAPTURE;
  const bits = data instanceof Uint16Array ? 16 : 8;
  const pixels = littleEndian(data);
  const shape = [bits, channels, width, height].join(' ');
  const instance = uidOf('picture', hash, modality, seed, shape, pixels);
  const said = `Drawn by a program: ${WRITER}, model ${model} (SHA-256 ${hash}), seed ${seed}`;
  const elements: Elements = [
    [0x0008_0005, 'CS', 'ISO_IR 192'],
    [0x0008_0008, 'CS', 'DERIVED\\SECONDARY'],
    [0x0008_0016, 'UI', kind],
    [0x0008_0018, 'UI', instance],
    [0x0008_001c, 'CS', 'YES'], // synthetic data
    [0x0008_0020, 'DA', ''],
    [0x0008_0030, 'TM', ''],
    [0x0008_0050, 'SH', ''],
    [0x0008_0060, 'CS', modality],
    ...only(!radiograph, [0x0008_0064, 'CS', 'SYN']),
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
    ...only(radiograph, [0x0018_0015, 'CS', ''], [0x0018_5101, 'CS', '']), // body part and view
    [0x0018_a001, 'SQ', [contribution(model, said)]],
    [0x0020_000d, 'UI', uidOf('study', hash)],
    [0x0020_000e, 'UI', uidOf('series', hash, modality)],
    [0x0020_0010, 'SH', '1'],
    [0x0020_0011, 'IS', '1'],
    [0x0020_0013, 'IS', Number(seed) <= LARGEST_NUMBER ? seed : ''],
    [0x0020_0020, 'CS', ''],
    [0x0020_0060, 'CS', ''],
    [0x0020_4000, 'LT', `${SYNTHETIC_LABEL} Seed ${seed}`],
    [0x0028_0002, 'US', channels],
    [0x0028_0004, 'CS', channels === 1 ? 'MONOCHROME2' : 'RGB'],
    ...only(channels === 3, [0x0028_0006, 'US', 0]), // the colours of a pixel side by side
    [0x0028_0010, 'US', height],
    [0x0028_0011, 'US', width],
    [0x0028_0100, 'US', bits],
    [0x0028_0101, 'US', bits],
    [0x0028_0102, 'US', bits - 1],
    [0x0028_0103, 'US', 0],
    [0x0028_0301, 'CS', 'NO'],
    // with this window, gray levels are shown as they are
    ...only(channels === 1, [0x0028_1050, 'DS', `${2 ** (bits - 1)}`], [0x0028_1051, 'DS', `${2 ** bits}`]),
    [0x7fe0_0010, bits === 16 ? 'OW' : 'OB', pixels],
  ];
  return encodeFile({ kind, instance, implementation: IMPLEMENTATION, version: 'ONNOISE' }, elements);
}

const only = (wanted: boolean, ...elements: Elements): Elements => (wanted ? elements : []);

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

function littleEndian(data: SyntheticPicture['data']): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const bytes = Buffer.alloc(2 * data.length);
  for (const [i, level] of data.entries()) bytes.writeUInt16LE(level, 2 * i);
  return bytes;
}
