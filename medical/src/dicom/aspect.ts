/**
 * How wide a pixel of a DICOM file is over how high. Of the elements that say so, the first that can be used counts:
 *
 * | element                       | of                                     | source                      |
 * |-------------------------------|----------------------------------------|-----------------------------|
 * | Pixel Spacing                 | the patient                            | PS3.3 10.7.1.3: down\across |
 * | Imager Pixel Spacing          | the detector                           | the same                    |
 * | Nominal Scanned Pixel Spacing | the film that was scanned              | the same                    |
 * | Physical Delta X and Y        | ultrasound's two-dimensional regions   | PS3.3 C.8.5.5               |
 * | Pixel Aspect Ratio            | the pixel alone, without a size        | PS3.3 C.7.6.3.1.7           |
 *
 * Limits: one ratio for the whole picture. Regions of ultrasound that differ cannot be used, nor those along time.
 */
import type { DataSet } from 'dicom-parser';
import { TAG } from './tags.ts';
import type { Layers } from './tone.ts';

export interface PixelShape {
  /** 1 where the file does not say, or not in a way that can be used. */
  aspect: number;
  /** Whether an element that should say so could not be used, and no other was there. */
  unusable: boolean;
  /** Millimetres from one row to the next on the patient, by Pixel Spacing alone. */
  spacing?: number | undefined;
}

/** Undefined where a layer does not say; no number above 0 where what it says cannot be used. */
type Reader = (layer: DataSet) => number | undefined;

const pair =
  (tag: string): Reader =>
  (layer) => {
    const text = layer.string(tag);
    if (!text) return undefined;
    const [down, across] = sidesOf(text);
    return across / down;
  };

function sidesOf(text: string): [down: number, across: number] {
  const [down = 0, across = 0, ...more] = text.split('\\').map(Number);
  return down > 0 && across > 0 && more.length === 0 ? [down, across] : [Number.NaN, Number.NaN];
}

/** Codes of PS3.3 C.8.5.5.1: a region of two dimensions, in centimetres both ways. */
const [TWO_DIMENSIONS, CENTIMETRES] = [1, 3];

/** Regions whose ratios differ by less show the same pixels. */
const ALIKE = 0.01;

const regions: Reader = (layer) => {
  const ratios = (layer.elements[TAG.regions]?.items ?? []).flatMap(({ dataSet }) => {
    if (dataSet?.uint16(TAG.regionFormat) !== TWO_DIMENSIONS) return [];
    if ([TAG.regionUnitsX, TAG.regionUnitsY].some((tag) => dataSet.uint16(tag) !== CENTIMETRES)) return [];
    return Math.abs((dataSet.double(TAG.regionDeltaX) ?? 0) / (dataSet.double(TAG.regionDeltaY) ?? 0));
  });
  const [first] = ratios;
  if (first === undefined) return undefined;
  return ratios.every((ratio) => Math.abs(ratio / first - 1) < ALIKE) ? first : Number.NaN;
};

const READERS: readonly Reader[] = [
  pair(TAG.pixelSpacing),
  pair(TAG.imagerPixelSpacing),
  pair(TAG.scannedPixelSpacing),
  regions,
  pair(TAG.pixelAspectRatio),
];

/** @param layers from the closest to the frame to the file itself */
export function pixelShapeOf(layers: Layers): PixelShape {
  const told = layers.flatMap((layer) => READERS.flatMap((read) => read(layer) ?? []));
  const aspect = told.find((ratio) => ratio > 0 && Number.isFinite(ratio));
  const onPatient = layers.map((layer) => layer.string(TAG.pixelSpacing)).find(Boolean);
  const [spacing] = sidesOf(onPatient ?? '');
  return {
    aspect: aspect ?? 1,
    unusable: aspect === undefined && told.length > 0,
    ...(spacing > 0 && spacing < Infinity && { spacing }),
  };
}
