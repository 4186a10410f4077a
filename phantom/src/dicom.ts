/**
 * Phantoms as DICOM files, to try out what hospitals have without anybody's pictures: gray, 8 bits, explicit VR, little endian.
 * They say in every way that DICOM has that no person is in them. Sources: PS3.3 A.8.1 (Secondary Capture), C.8.6.1
 * (SYN is a conversion type), C.7.6.1, C.12.1.1.1 (synthetic data) and C.7.1.1.
 */
import { type Elements, encodeFile, SECONDARY_CAPTURE, uidOf } from '@onnoise/base/dicom';
import { LABEL } from '@onnoise/base/pictures';
import type { PhantomTruth } from './draw/draw-phantom.ts';

const OURS = uidOf('onnoise phantom');

export interface Names {
  /** Of the image: SOP Instance UID. */
  instance: string;
  /** The same for all images of one hand, a copy's too. */
  patient: string;
}

/**
 * A square gray picture as a DICOM file.
 * @param pixels [size, size]
 */
export function encodeDicom(
  pixels: Uint8Array,
  size: number,
  { age, sex, side, scale }: Pick<PhantomTruth, 'age' | 'sex' | 'side' | 'scale'>,
  { instance, patient }: Names,
): Buffer {
  const spacing = (1 / scale).toFixed(6);
  const elements: Elements = [
    [0x0008_0008, 'CS', 'DERIVED\\SECONDARY'],
    [0x0008_0016, 'UI', SECONDARY_CAPTURE],
    [0x0008_0018, 'UI', instance],
    [0x0008_001c, 'CS', 'YES'], // synthetic data
    [0x0008_0020, 'DA', ''],
    [0x0008_0030, 'TM', ''],
    [0x0008_0050, 'SH', ''],
    [0x0008_0060, 'CS', 'OT'], // no radiograph, so no modality of one
    [0x0008_0064, 'CS', 'SYN'],
    [0x0008_0070, 'LO', ''],
    [0x0008_0090, 'PN', ''],
    [0x0008_1030, 'LO', 'SYNTHETIC PHANTOM'],
    [0x0008_103e, 'LO', LABEL],
    [0x0008_2111, 'ST', 'Drawn by a program: onnoise phantom'],
    [0x0010_0010, 'PN', 'SYNTHETIC^PHANTOM'],
    [0x0010_0020, 'LO', patient],
    [0x0010_0030, 'DA', ''],
    [0x0010_0040, 'CS', sex === 'male' ? 'M' : 'F'],
    [0x0010_0200, 'CS', 'YES'], // the subject is a phantom
    [0x0010_1010, 'AS', `${String(age).padStart(3, '0')}M`],
    [0x0010_4000, 'LT', LABEL],
    [0x0018_0015, 'CS', 'HAND'],
    [0x0020_000d, 'UI', uidOf('study', instance)],
    [0x0020_000e, 'UI', uidOf('series', instance)],
    [0x0020_0010, 'SH', ''],
    [0x0020_0011, 'IS', '1'],
    [0x0020_0013, 'IS', '1'],
    [0x0020_0020, 'CS', ''],
    [0x0020_0060, 'CS', side === 'left' ? 'L' : 'R'],
    [0x0020_4000, 'LT', LABEL],
    [0x0028_0002, 'US', 1],
    [0x0028_0004, 'CS', 'MONOCHROME2'],
    [0x0028_0010, 'US', size],
    [0x0028_0011, 'US', size],
    [0x0028_0030, 'DS', `${spacing}\\${spacing}`],
    [0x0028_0100, 'US', 8],
    [0x0028_0101, 'US', 8],
    [0x0028_0102, 'US', 7],
    [0x0028_0103, 'US', 0],
    [0x0028_0300, 'CS', 'YES'], // a phantom or another picture for checks of quality
    [0x0028_0301, 'CS', 'NO'],
    [0x0028_1050, 'DS', '128'], // with this width, grey levels are shown as they are
    [0x0028_1051, 'DS', '256'],
    [0x7fe0_0010, 'OB', pixels],
  ];
  return encodeFile({ kind: SECONDARY_CAPTURE, instance, implementation: OURS }, elements);
}
